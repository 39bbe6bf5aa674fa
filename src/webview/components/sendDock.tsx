import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { describeReceiver } from '../../protocol/destination.js';
import { formatCost } from '../../protocol/money.js';
import type { WaitingSendQuestion } from '../../protocol/sidebar.js';
import { formatCount, formatTokens } from '../format.js';
import { usePage } from '../pageContext.js';
import { useGuard } from './guard.js';
import { Icon } from './icon.js';

/** Stands where approvals stand: nothing of the workspace has left before this is answered. */
export function SendDock({ question }: { question: WaitingSendQuestion | undefined }): VNode | null {
  return question === undefined ? null : <SendCard key={question.id} question={question} />;
}

function SendCard({ question }: { question: WaitingSendQuestion }): VNode {
  const { post, dispatch } = usePage();
  const [isSent, setSent] = useState(false);
  const { isOff, answerOnce } = useGuard(isSent);
  const decide = (agreed: boolean): void =>
    answerOnce(() => {
      setSent(true);
      post({ type: 'answer_send', question: question.id, agreed });
      dispatch({ type: 'focus' });
    });
  const { files, tokens, origin, price, host } = question;
  useEffect(
    () => dispatch({ type: 'announce', text: `Baleen asks whether this workspace may be sent to ${origin}.` }),
    [],
  );
  return (
    <section class="approval" aria-labelledby="send-title">
      <div class="approval-head">
        <Icon name="cloud-upload" />
        <h2 id="send-title">Send this workspace to {host ?? origin}?</h2>
      </div>
      <dl class="send-facts">
        <dt>What</dt>
        <dd>
          {formatCount(files, 'file')}, {formatTokens(tokens)} tokens, with placeholders for secrets; then what you
          write and what the tools read
        </dd>
        <dt>Where</dt>
        <dd>
          <code>{origin}</code>
        </dd>
        <dt>Who</dt>
        <dd>{describeReceiver(question)}</dd>
        <dt>Price</dt>
        <dd>about {formatCost(price)} for the first reading</dd>
      </dl>
      <p class="approval-reason">
        Asked once for this workspace and this host. “Baleen: Forget Where This Workspace May Be Sent” takes it back.
        Instead you can use another host, or a server of your own.
      </p>
      <button type="button" class="text-button" onClick={() => post({ type: 'open_settings', setting: 'baleen.host' })}>
        Choose another host
      </button>
      <div class="answers">
        <button type="button" class="button" aria-disabled={isOff} onClick={() => decide(true)}>
          Agree and send
        </button>
        <button type="button" class="button secondary" aria-disabled={isOff} onClick={() => decide(false)}>
          Do not send
        </button>
      </div>
    </section>
  );
}
