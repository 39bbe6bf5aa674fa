import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { describeWait, type InputWait } from '../../protocol/inputWait.js';
import { isComposing } from '../composing.js';
import { usePage } from '../pageContext.js';
import { Icon } from './icon.js';
import { MarkedText } from './markedText.js';

interface InputAnswerProps {
  wait: InputWait | undefined;
  /** Of a list that can show and stop the command by itself. */
  inRow?: boolean;
}

/** What a command waits for, and a line to type it. Stays when there is nothing, so that it knows who answered the last. */
export function InputAnswer({ wait, inRow = false }: InputAnswerProps): VNode | null {
  const hadFocus = useRef(false);
  if (wait === undefined) return null;
  return <WaitCard key={wait.id} wait={wait} inRow={inRow} hadFocus={hadFocus} />;
}

interface WaitCardProps {
  wait: InputWait;
  inRow: boolean;
  /** The user has answered the last one here. */
  hadFocus: { current: boolean };
}

function WaitCard({ wait, inRow, hadFocus }: WaitCardProps): VNode {
  const { post } = usePage();
  const { question, command } = wait;
  const line = useRef<HTMLInputElement>(null);
  const [isSent, setSent] = useState(false);
  // The state follows a frame later, so a second press would still find it open.
  const isAnswered = useRef(false);
  useLayoutEffect(() => {
    // Whoever has just answered goes on typing here, and not into nothing; nobody else's focus is taken.
    const isFree = document.activeElement === null || document.activeElement === document.body;
    if (hadFocus.current && isFree && document.hasFocus()) line.current?.focus();
    hadFocus.current = false;
  }, []);
  const answer = (message: Parameters<typeof post>[0]): void => {
    if (isAnswered.current) return;
    isAnswered.current = true;
    hadFocus.current = true;
    setSent(true);
    post(message);
  };
  const send = (): void => answer({ type: 'answer_command', wait: wait.id, text: line.current?.value ?? '' });
  const shared = {
    ref: line,
    'aria-label': 'Input for the command',
    placeholder: 'Type an answer',
    autocomplete: 'off',
    spellcheck: false,
    maxLength: 20_000,
    disabled: isSent,
    onKeyDown(event: KeyboardEvent) {
      if (event.key !== 'Enter' || isComposing(event)) return;
      event.preventDefault();
      send();
    },
  };
  return (
    <section class="input-wait" aria-label={describeWait(wait)}>
      <div class="input-wait-head">
        <Icon name="keyboard" />
        {wait.sure ? 'Waits for input' : 'May be waiting for input'}
      </div>
      {question === '' ? null : (
        <pre class="input-question">
          <MarkedText text={question} foreign />
        </pre>
      )}
      <div class="input-line">
        {wait.secret ? <input {...shared} type="password" /> : <input {...shared} type="text" />}
        <button type="button" class="button" disabled={isSent} onClick={send}>
          Send
        </button>
      </div>
      <div class="input-ways">
        {inRow ? null : (
          <button type="button" class="text-button" onClick={() => post({ type: 'show_command', id: command })}>
            Open Terminal
          </button>
        )}
        <button
          type="button"
          class="text-button"
          title="Tells the command that nothing more will be typed, as Ctrl+D does"
          disabled={isSent}
          onClick={() => answer({ type: 'end_input', wait: wait.id })}
        >
          End Input
        </button>
        {inRow ? null : (
          <button type="button" class="text-button" onClick={() => post({ type: 'stop_command', id: command })}>
            Stop Command
          </button>
        )}
      </div>
    </section>
  );
}
