/** Says why a file stands in a pack as it does. */
import type { PackExplanation, PackedFile, PackReport, WithheldReason } from '../../protocol/pack.js';
import { isSecretName } from '../repository/secretFiles.js';
import { isWithheldKind } from '../repository/withholding.js';
import type { Ranking } from '../rank/ranking.js';
import type { PackProgress } from './packer.js';
import type { Survey } from './survey.js';

const mostClosest = 3;

/** Ranks the tree for it, if its pack did not need to and not everything fitted. */
export async function explainFile(
  survey: Survey,
  report: PackReport,
  path: string,
  onProgress: PackProgress,
  signal: AbortSignal,
): Promise<PackExplanation> {
  const files = report.files.length;
  const withheld = report.withheld.find((file) => file.path === path);
  if (withheld !== undefined) {
    const { why } = withheld;
    return { path, as: 'withheld', why, files, sentences: [sentenceOfReason(path, why)] };
  }
  const at = report.files.findIndex((file) => file.path === path);
  const file = report.files[at];
  if (file === undefined) {
    return {
      path,
      as: 'unknown',
      files,
      sentences: ['This is no file of the tree that is packed: it does not exist, is a folder, or is ignored.'],
    };
  }
  const fullTokens = survey.tree.files[at]?.fullTokens ?? file.contentTokens;
  if (report.files.every(({ as }) => as === 'full')) {
    const sentences = [
      `The file is whole in the pack, with ${tokensOf(file.tokens)}.`,
      `Every file fits into the budget of ${tokensOf(report.budget)}, so none had to be ranked.`,
    ];
    return { path, as: file.as, tokens: file.tokens, fullTokens, files, sentences };
  }
  const ranking = await survey.rank(onProgress, signal);
  // What is open and what was committed may have changed since a stored snapshot was ranked.
  const rank = (await survey.order(onProgress, signal)).indexOf(at) + 1;
  return explainRanked({ survey, report, file, at, fullTokens, ranking, rank });
}

/** What decided that it is withheld, or that it is not. */
export function addRule(explained: PackExplanation, rule: string | undefined): PackExplanation {
  if (rule === undefined) return explained;
  const sentence = explained.as === 'withheld' ? `What decides is ${rule}.` : `It is wanted by ${rule}.`;
  return { ...explained, rule, sentences: [...explained.sentences, sentence] };
}

function explainRanked(one: {
  survey: Survey;
  report: PackReport;
  file: PackedFile;
  at: number;
  fullTokens: number;
  ranking: Ranking;
  rank: number;
}): PackExplanation {
  const { survey, report, file, at, fullTokens, ranking, rank } = one;
  const { path, as, tokens } = file;
  const files = report.files.length;
  const users = ranking.users(at);
  const closest = users.slice(0, mostClosest).map((user) => report.files[user]?.path ?? '');
  const commits = ranking.history.get(path)?.commits ?? 0;
  const parts = ranking.parts[at] ?? { symbols: 0, history: 0, near: 0, first: 0 };
  const outlineTokens = survey.costs.of(report.budget).brief(at);
  const hasOutline = outlineTokens !== undefined && Number.isFinite(outlineTokens);
  const sentences = [
    sentenceOfStanding(file, fullTokens, report),
    `It is number ${format(rank)} of ${format(files)} by rank.`,
    users.length === 0
      ? 'No other file uses a name that it defines.'
      : `${users.length === 1 ? 'One file uses' : `${users.length} files use`} names that it defines, above all ${closest.join(', ')}.`,
    commits === 0
      ? 'None of the last commits changed it.'
      : `${commits === 1 ? 'One' : commits} of the last commits changed it.`,
    ...(parts.near > 0 ? [`It counts as near to the files that are open (${percent(parts.near)}).`] : []),
    ...(parts.first > 0 ? ['It is one of the files that a newcomer reads first.'] : []),
    `Ahead of ${percent(parts.symbols)} of the files by use, and of ${percent(parts.history)} by change.`,
  ];
  return {
    path,
    as,
    tokens,
    fullTokens,
    ...(hasOutline ? { outlineTokens } : {}),
    rank,
    files,
    usedBy: { count: users.length, closest },
    commits,
    parts,
    sentences,
  };
}

function sentenceOfStanding(
  { as, tokens }: PackedFile,
  fullTokens: number,
  { budget, tokens: all }: PackReport,
): string {
  const room = `the budget of ${tokensOf(budget)}, of which ${format(all)} are used`;
  if (as === 'full') return `The file is whole in the pack, with ${tokensOf(tokens)}, within ${room}.`;
  const whole = `Whole it would take ${tokensOf(fullTokens)}, for which there was no room left in ${room}`;
  if (as === 'outline') return `The file stands in the pack by its outline, with ${tokensOf(tokens)}. ${whole}.`;
  return tokens > 0
    ? `The file is listed with its first lines, ${tokensOf(tokens)}. ${whole}.`
    : `The file is listed only. ${whole}.`;
}

function sentenceOfReason(path: string, why: WithheldReason): string {
  const reasons: Record<WithheldReason, string> = {
    binary: 'its bytes are no text',
    'secret file': isSecretName(path)
      ? 'its name is one of those that hold secrets'
      : 'a credential stands in it in plain text',
    generated: 'a program writes it',
    minified: 'it was minified',
    vendored: 'it was copied from another project',
    'lock file': 'a package manager writes it',
    data: 'it holds data rather than code',
    excluded: 'a pattern excludes it',
    'unknown encoding': 'its encoding is neither UTF-8, UTF-16 nor Latin-1, and a guess could garble it',
    'too large': 'it is larger than any file that is read',
    'symbolic link': 'it is a symbolic link, and links are not followed',
    'not a regular file': 'it is not a regular file',
    'submodule or nested repository': 'it is a repository of its own',
    unreadable: 'it could not be read',
  };
  const remedy = isWithheldKind(why)
    ? ' A pattern with ! in .baleenignore, in the setting baleen.pack.exclude or after --exclude brings it in.'
    : '';
  return `The file is withheld (${why}): ${reasons[why]}.${remedy}`;
}

function tokensOf(count: number): string {
  return count === 1 ? 'one token' : `${format(count)} tokens`;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
