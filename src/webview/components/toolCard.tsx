import type { ComponentChildren, VNode } from 'preact';
import type { ToolDetails } from '../../protocol/events.js';
import { formatCount, formatDuration } from '../format.js';
import type { ToolItem, ToolStatus } from '../items.js';
import { usePage } from '../pageContext.js';
import { DiffCounts, DiffView } from './diffView.js';
import { Fold } from './fold.js';
import { Icon } from './icon.js';
import { InputAnswer } from './inputAnswer.js';
import { MarkedText } from './markedText.js';
import { OutputTail } from './outputTail.js';
import { PathLink } from './pathLink.js';

const toolIcons: Record<string, string> = {
  command_output: 'output',
  delete_file: 'trash',
  edit_file: 'edit',
  find_references: 'references',
  get_diagnostics: 'warning',
  list_files: 'list-tree',
  move_file: 'arrow-right',
  read_file: 'file',
  rename_symbol: 'replace-all',
  report_findings: 'checklist',
  run_command: 'terminal',
  search_files: 'search',
  write_file: 'new-file',
};

const statusIcons: Record<ToolStatus, string> = {
  running: 'loading',
  done: 'check',
  failed: 'error',
  refused: 'circle-slash',
  cancelled: 'circle-slash',
};

const statusTexts: Record<ToolStatus, string> = {
  running: 'running',
  done: 'done',
  failed: 'failed',
  refused: 'refused',
  cancelled: 'stopped',
};

export function ToolCard({ item }: { item: ToolItem }): VNode {
  const hasBody = item.output !== '' || item.details !== undefined || item.summary.includes('\n');
  const head = (
    <>
      <Icon name={toolIcons[item.tool] ?? 'tools'} />
      <span class="tool-title" title={item.title}>
        <MarkedText text={item.title} />
      </span>
      <ToolStatusMark status={item.status} />
    </>
  );
  const card = `tool tool-${item.status}`;
  if (!hasBody) {
    return (
      <div class={`${card} bare`}>
        <div class="fold-button still">{head}</div>
        <ToolFacts item={item} />
        <InputAnswer wait={item.wait} />
      </div>
    );
  }
  const isCommand = item.tool === 'run_command';
  return (
    <div class={card}>
      <Fold
        head={head}
        below={<ToolFacts item={item} />}
        openNow={isCommand && (item.status === 'running' || item.status === 'failed')}
      >
        {() => <ToolBody item={item} />}
      </Fold>
      <InputAnswer wait={item.wait} />
    </div>
  );
}

function ToolStatusMark({ status }: { status: ToolStatus }): VNode {
  return (
    <span class={`tool-status status-${status}`} title={statusTexts[status]}>
      <Icon name={statusIcons[status]} spin={status === 'running'} />
      <span class="sr-only">{statusTexts[status]}</span>
    </span>
  );
}

/** The line below the title: where, how much, how long. */
function ToolFacts({ item }: { item: ToolItem }): VNode | null {
  const { post } = usePage();
  const { details } = item;
  const facts: ComponentChildren[] = [];
  const path = details?.kind === 'edit' ? details.path : item.path;
  if (path !== undefined) facts.push(<PathLink path={path} />);
  if (details?.kind === 'edit') {
    if (details.movedFrom !== undefined) facts.push(<span>moved</span>);
    else facts.push(<DiffCounts added={details.added} removed={details.removed} />);
    if (details.created) facts.push(<span>new file</span>);
    if (details.deleted) facts.push(<span>deleted</span>);
  }
  // Of a file that is gone or only elsewhere the editor has no two sides to show.
  if (details?.kind === 'edit' && !details.deleted && details.movedFrom === undefined) {
    facts.push(
      <button type="button" class="text-button" onClick={() => post({ type: 'open_diff', call: item.call })}>
        Open diff
      </button>,
    );
  } else if (details?.kind === 'edits') {
    const { files } = details;
    facts.push(<span>{formatCount(files.length, 'file')}</span>);
    facts.push(<DiffCounts added={sumOf(files, 'added')} removed={sumOf(files, 'removed')} />);
  }
  if (details?.kind === 'command') {
    const { background } = details;
    if (background === undefined || details.exitCode !== null) {
      facts.push(
        <CommandEnd exitCode={details.exitCode} timedOut={details.timedOut} stopped={item.status === 'cancelled'} />,
      );
      facts.push(<span>{formatDuration(details.durationMs)}</span>);
    }
    if (background !== undefined) facts.push(<span>{describeBackground(background.ports)}</span>);
    for (const changed of details.changed.slice(0, 5)) facts.push(<PathLink path={changed} />);
    if (details.changed.length > 5) facts.push(<span>and {details.changed.length - 5} more</span>);
  } else if (details?.kind !== 'edit' && item.summary !== '') {
    facts.push(<span class="tool-summary">{item.summary.split('\n')[0]}</span>);
  }
  if (facts.length === 0) return null;
  return (
    <div class="tool-facts">
      {facts.map((fact, i) => (
        <span key={i} class="fact">
          {fact}
        </span>
      ))}
    </div>
  );
}

function describeBackground(ports: readonly number[]): string {
  if (ports.length === 0) return 'in the background';
  return `in the background, port ${ports.join(', ')}`;
}

type EditedFileProps = Extract<ToolDetails, { kind: 'edits' }>['files'][number];

/** What was not written has no diff. */
function EditedFile({ path, diff, added, removed }: EditedFileProps): VNode {
  return (
    <>
      <div class="tool-facts">
        <PathLink path={path} />{' '}
        {diff === '' ? <span class="bad">not changed</span> : <DiffCounts added={added} removed={removed} />}
      </div>
      {diff === '' ? null : <DiffView diff={diff} />}
    </>
  );
}

function sumOf(files: readonly EditedFileProps[], count: 'added' | 'removed'): number {
  return files.reduce((sum, file) => sum + file[count], 0);
}

interface CommandEndProps {
  exitCode: number | null;
  timedOut?: boolean;
  /** By the user, which is no failure. */
  stopped?: boolean;
}

export function CommandEnd({ exitCode, timedOut = false, stopped = false }: CommandEndProps): VNode {
  if (stopped) return <span>stopped</span>;
  if (timedOut) return <span class="bad">timed out</span>;
  if (exitCode === null) return <span class="bad">ended by a signal</span>;
  return <span class={exitCode === 0 ? 'good' : 'bad'}>exit {exitCode}</span>;
}

/** A longer title may be cut off in a narrow sidebar. */
const fittingTitleChars = 30;

function ToolBody({ item }: { item: ToolItem }): VNode {
  const { details } = item;
  const command = details?.kind === 'command' ? details.command : item.tool === 'run_command' ? item.title : undefined;
  return (
    <>
      {item.summary.includes('\n') ? <pre class="output-text">{item.summary}</pre> : null}
      {command !== undefined && (command !== item.title || command.length > fittingTitleChars) ? (
        <pre class="command-text">
          <MarkedText text={command} foreign />
        </pre>
      ) : null}
      {details?.kind === 'edit' && details.diff !== '' ? <DiffView diff={details.diff} /> : null}
      {details?.kind === 'edits' ? details.files.map((file) => <EditedFile key={file.path} {...file} />) : null}
      {details?.kind === 'text' ? <OutputTail text={details.text} cutChars={0} live={false} /> : null}
      {item.output !== '' && details?.kind !== 'text' ? (
        <OutputTail text={item.output} cutChars={item.outputCutChars} live={item.status === 'running'} />
      ) : null}
    </>
  );
}
