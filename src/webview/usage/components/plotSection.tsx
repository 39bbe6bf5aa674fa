import type { ComponentChildren, VNode } from 'preact';
import type { Post } from '../post.js';
import type { Table } from '../table.js';
import { DataTable } from './dataTable.js';

/** What the plots of the page have in common. */
export interface PlotHands {
  current: number | undefined;
  onCurrent: (day: number | undefined) => void;
  post: Post;
}

export interface PlotSectionProps extends PlotHands {
  title: string;
  /** What it comes to, in a figure and a few words. */
  figure: string;
  note: string;
  table: Table;
  legend?: ComponentChildren;
  children: ComponentChildren;
}

/** A plot with its figure and legend, and beside it the table with the same numbers. */
export function PlotSection(props: PlotSectionProps): VNode {
  const { title, figure, note, table, legend, children, ...hands } = props;
  return (
    <section class="plot-section" aria-label={title}>
      <div class="plot-side">
        <header class="plot-head">
          <h2>{title}</h2>
          <span class="plot-figure">{figure}</span>
          <span class="quiet">{note}</span>
        </header>
        {children}
        {legend}
      </div>
      <DataTable table={table} {...hands} />
    </section>
  );
}

export function LegendItem({ mark, label, detail }: { mark: ComponentChildren; label: string; detail: string }): VNode {
  return (
    <li class="legend-item">
      <svg width="14" height="14" aria-hidden="true">
        {mark}
      </svg>
      <span>{label}</span>
      <span class="quiet">{detail}</span>
    </li>
  );
}
