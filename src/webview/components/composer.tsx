import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ToHost } from '../../protocol/sidebar.js';
import { isComposing } from '../composing.js';
import type { PageState } from '../items.js';
import { usePage } from '../pageContext.js';
import { Icon } from './icon.js';
import { Pickers } from './pickers.js';
import { QueueList } from './queueList.js';

const draftDelayMs = 300;

const imageSentence = 'Baleen cannot send pictures yet. Describe what the picture shows, or paste its text.';
const fileSentence = 'Files need not be dropped here: the whole repository is in view. Name the file in your message.';

/** Why nothing can be sent now, or undefined. */
export function readObstacle(state: PageState): string | undefined {
  const { blocked, keyState } = state.sidebar;
  if (blocked !== undefined) return blocked;
  if (!state.opened) return 'Baleen is still starting.';
  if (keyState === 'missing') return 'Enter an API key or try a rehearsal first.';
  if (keyState === 'rejected') return 'The API key was rejected. Enter another one or try a rehearsal first.';
  return undefined;
}

export function Composer({ state }: { state: PageState }): VNode {
  const { post, sendOrQueue } = usePage();
  const box = useRef<HTMLTextAreaElement>(null);
  const [hint, setHint] = useState<string | undefined>(undefined);
  const [isEmpty, setEmpty] = useState(true);
  const draft = useDraft(box, post);
  usePrefill(state, box, (text) => setEmpty(text.trim() === ''));

  const onInput = (): void => {
    setEmpty(readBox(box).trim() === '');
    setHint(undefined);
    growBox(box.current);
    draft.postLater();
  };
  const submit = (): void => {
    const text = readBox(box);
    if (text.trim() === '') return;
    if (!sendOrQueue(text)) {
      setHint(readObstacle(state));
      return;
    }
    if (box.current) box.current.value = '';
    growBox(box.current);
    setEmpty(true);
    setHint(undefined);
    draft.postNow();
  };
  /** Before what is in the box already, so that nothing of either is lost. */
  const edit = (text: string): void => {
    if (!box.current) return;
    const draftText = readBox(box);
    box.current.value = draftText === '' ? text : `${text}\n\n${draftText}`;
    box.current.focus();
    onInput();
  };
  return (
    <div class="composer">
      <div class="composer-box">
        <textarea
          ref={box}
          rows={2}
          aria-label="Message"
          aria-describedby="composer-hint"
          placeholder={state.sidebar.blocked === undefined ? 'Ask, or say what to change' : ''}
          onInput={onInput}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
            event.preventDefault();
            submit();
          }}
          onPaste={(event) => refuseFiles(event, event.clipboardData, setHint)}
          onDrop={(event) => refuseFiles(event, event.dataTransfer, setHint)}
          onDragOver={(event) => {
            if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
          }}
        />
        <div class="composer-foot">
          <Pickers state={state.sidebar} />
          {state.sidebar.running ? <StopButton /> : null}
          {state.sidebar.running && isEmpty ? null : (
            <SendButton label={state.sidebar.running ? 'Queue' : 'Send'} isEmpty={isEmpty} submit={submit} />
          )}
        </div>
      </div>
      <QueueList queue={state.sidebar.queue ?? []} running={state.sidebar.running} edit={edit} />
      <div id="composer-hint" class="composer-hint" role="status">
        {hint}
      </div>
    </div>
  );
}

function StopButton(): VNode {
  const { post } = usePage();
  return (
    <button type="button" class="send stop" title="Stop" aria-label="Stop" onClick={() => post({ type: 'stop' })}>
      <Icon name="debug-stop" />
    </button>
  );
}

function SendButton({ label, isEmpty, submit }: { label: string; isEmpty: boolean; submit: () => void }): VNode {
  return (
    <button
      type="button"
      class="send"
      title={`${label} (Enter)`}
      aria-label={label}
      aria-disabled={isEmpty}
      onClick={submit}
    >
      <Icon name="arrow-up" />
    </button>
  );
}

function readBox(box: { current: HTMLTextAreaElement | null }): string {
  return box.current?.value ?? '';
}

/** Where the style sheet cannot size the box by its text, this does. */
function growBox(box: HTMLTextAreaElement | null): void {
  if (!box || CSS.supports('field-sizing', 'content')) return;
  box.style.height = 'auto';
  box.style.height = `${box.scrollHeight}px`;
}

function refuseFiles(event: Event, data: DataTransfer | null, setHint: (hint: string) => void): void {
  const files = [...(data?.items ?? [])].filter((item) => item.kind === 'file');
  if (files.length === 0) return;
  event.preventDefault();
  setHint(files.some((file) => file.type.startsWith('image/')) ? imageSentence : fileSentence);
}

/** Tells the extension what is in the box, so that it comes back after a reload. */
function useDraft(
  box: { current: HTMLTextAreaElement | null },
  post: (message: ToHost) => void,
): { postLater: () => void; postNow: () => void } {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const postNow = (): void => {
    clearTimeout(timer.current);
    timer.current = undefined;
    post({ type: 'draft', text: readBox(box) });
  };
  const postLater = (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(postNow, draftDelayMs);
  };
  useEffect(() => {
    const flush = (): void => {
      if (timer.current !== undefined) postNow();
    };
    window.addEventListener('pagehide', flush);
    document.addEventListener('visibilitychange', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      document.removeEventListener('visibilitychange', flush);
    };
  }, []);
  return { postLater, postNow };
}

/** Puts text of the extension into the box; a draft that comes back never replaces what was just typed. */
function usePrefill(
  state: PageState,
  box: { current: HTMLTextAreaElement | null },
  setText: (text: string) => void,
): void {
  const { text, revision, focus } = state.prefill;
  useLayoutEffect(() => {
    if (!box.current || revision === 0) return;
    if (focus || box.current.value === '') {
      box.current.value = text;
      setText(text);
      growBox(box.current);
    }
  }, [revision]);
  useLayoutEffect(() => {
    if (focus) box.current?.focus();
  }, [state.prefill]);
}
