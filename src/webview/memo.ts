import { Component, type ComponentType, type VNode } from 'preact';

/** A component that is drawn again only when one of its properties is another value. */
export function memo<P extends object>(draw: (props: P) => VNode): ComponentType<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      const now: Readonly<P> = this.props;
      const keys = Object.keys({ ...now, ...next }) as (keyof P)[];
      return keys.some((key) => now[key] !== next[key]);
    }
    override render(): VNode {
      return draw(this.props);
    }
  };
}
