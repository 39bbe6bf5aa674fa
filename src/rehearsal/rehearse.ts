/**
 * The stand-in for a model: a few rules over what the request carries, and nothing kept between requests.
 * It asks for the real tools, so that the whole product works without a key. Every answer says what it is.
 */
import type { Draft } from './draft.js';
import { readTurn, type SeenTurn } from './readTurn.js';
import { readRepository, type Repository } from './repository.js';
import { answerExplain } from './rules/explain.js';
import { answerFind } from './rules/find.js';
import { answerRefactorEdits, answerRefactorRepair, answerRefactorSites } from './rules/refactor.js';
import { answerRename } from './rules/rename.js';
import { answerReview } from './rules/review.js';
import { answerRun } from './rules/runCommand.js';
import type { ServerReply, ServerRequest } from './types.js';

/** Stands at the head of every text, so that nobody takes it for the model. */
export const rehearsalMark = '**Rehearsal** (rules, not the model):';

const help = `I understand a handful of requests, and carry them out with the real tools:

- rename \`A\` to \`B\` everywhere and run the tests
- find \`A\`
- explain \`path/of/a/file\`
- run \`a command\` and report

With a key the real model answers anything.`;

/** Below this, a request is a primer that only warms the cache. */
const primerTokens = 16;

export function createRehearsal(): (request: ServerRequest) => Promise<ServerReply> {
  return async (request) => {
    if ((request.maxTokens ?? Infinity) <= primerTokens) {
      return { reasoning: '', text: 'Rehearsal', calls: [], stopReason: 'length' };
    }
    const turn = readTurn(request);
    let repository: Repository | undefined;
    const draft = answer(turn, () => (repository ??= readRepository(turn.userTexts)));
    return makeReply(request, draft, turn);
  };
}

function answer(turn: SeenTurn, repository: () => Repository): Draft {
  switch (turn.kind) {
    case 'refactor-sites':
      return answerRefactorSites(turn, repository);
    case 'refactor-edits':
      return answerRefactorEdits(turn, repository);
    case 'refactor-repair':
      return answerRefactorRepair();
    case 'review':
    case 'review-reminder':
      return answerReview(turn, repository);
    default:
      return answerRequest(turn, repository);
  }
}

function answerRequest(turn: SeenTurn, repository: () => Repository): Draft {
  return (
    answerRename(turn, repository) ??
    answerRun(turn, repository) ??
    answerFind(turn) ??
    answerExplain(turn, repository) ?? { reasoning: 'No rule fits this request.', text: help, calls: [] }
  );
}

function makeReply(request: ServerRequest, draft: Draft, turn: SeenTurn): ServerReply {
  const offered = new Set(request.tools.map((tool) => tool.name));
  const missing = draft.calls.find((call) => !offered.has(call.name));
  const calls = missing === undefined ? draft.calls : [];
  const said =
    missing === undefined ? draft.text : `I would need the tool ${missing.name}, which this request does not offer.`;
  return {
    reasoning: request.thinking ? `This is a rehearsal. ${draft.reasoning}` : '',
    text: said === '' ? 'A rehearsal (rules, not the model).' : `${rehearsalMark} ${said}`,
    // Ids are unique within a conversation, since it only grows.
    calls: calls.map((call, index) => ({
      id: `rehearsal_${turn.messageCount}_${index}`,
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    })),
    stopReason: calls.length > 0 ? 'tool_calls' : 'stop',
  };
}
