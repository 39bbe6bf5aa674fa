/** While an input method composes, Enter chooses a word. Some browsers only say so by key code 229. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
