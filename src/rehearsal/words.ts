/** Small readings of English requests, with a little German and Chinese. Linear in the text's length. */

/** A name as people write it in a request: in back-ticks, in quotes, or bare. */
const name = String.raw`(?:\x60([^\x60\n]+)\x60|"([^"\n]+)"|'([^'\n]+)'|„([^“\n]+)“|([^\s\x60"'„,;，。]+))`;
const noun = String.raw`(?:(?:the|all|every|die|den|das|der)\s+)?(?:(?:function|method|class|interface|type|variable|constant|symbol|word|name|identifier|Funktion|Methode|Klasse|Variable)s?\s+)?`;

const renameForms = [
  new RegExp(String.raw`\brename\s+${noun}${name}\s+(?:to|into|as)\s+${name}`, 'iu'),
  new RegExp(String.raw`\b(?:benenne|nenne)\s+${noun}${name}\s+(?:in|zu|nach)\s+${name}`, 'iu'),
  new RegExp(String.raw`(?:把|将)\s*${name}\s*(?:重命名为|改名为|改成|改为)\s*${name}`, 'u'),
];
const replaceForms = [
  ...renameForms,
  new RegExp(String.raw`\breplace\s+${noun}${name}\s+(?:by|with)\s+${name}`, 'iu'),
  new RegExp(String.raw`\bersetze\s+${noun}${name}\s+durch\s+${name}`, 'iu'),
];
const findForms = [
  new RegExp(String.raw`\b(?:find|search\s+for|look\s+for|suche(?:\s+nach)?|finde)\s+${noun}${name}`, 'iu'),
  new RegExp(String.raw`\b(?:where\s+(?:is|are)|wo\s+(?:ist|sind|wird))\s+${noun}${name}`, 'iu'),
  new RegExp(String.raw`(?:查找|寻找|搜索)\s*${name}`, 'u'),
];
const explainForms = [
  new RegExp(String.raw`\b(?:explain|erkläre?|describe)\s+(?:(?:the|die)\s+)?(?:(?:file|Datei)\s+)?${name}`, 'iu'),
  new RegExp(String.raw`\bwhat\s+(?:does|is\s+in)\s+(?:(?:the)\s+)?(?:file\s+)?${name}`, 'iu'),
  new RegExp(String.raw`(?:解释|说明)\s*${name}`, 'u'),
];

export interface Renaming {
  from: string;
  to: string;
}

export function readRenaming(text: string): Renaming | undefined {
  return readPair(text, renameForms);
}

/** A refactoring rule may also say "replace A by B". */
export function readReplacing(text: string): Renaming | undefined {
  return readPair(text, replaceForms);
}

export function readSought(text: string): string | undefined {
  return readFirst(text, findForms)?.[0];
}

export function readExplained(text: string): string | undefined {
  return readFirst(text, explainForms)?.[0];
}

/** `tests` stands for the repository's own test command. */
export type AskedCommand = { kind: 'tests' } | { kind: 'command'; command: string };

const testsAsked =
  /\b(?:run|execute)\s+(?:all\s+|again\s+)?(?:the\s+|its\s+|our\s+)?(?:unit\s+)?tests?\b|\bführe\s+(?:die\s+|alle\s+)?Tests\s+aus|运行测试|跑测试/iu;
const quotedCommand =
  /\b(?:run|execute|führe)\s+(?:the\s+command\s+)?(?:`([^`\n]+)`|"([^"\n]+)"|'([^'\n]+)')|运行\s*`([^`\n]+)`/iu;
const bareCommand = /\b(?:run|execute)\s+(?!the\b|all\b|my\b|our\b|its\b|it\b|them\b)([^\n`"'，。]+)/iu;
const afterCommand = /\s*(?:,?\s*(?:and|then)\s+(?:then\s+)?(?:report|tell|say|show|summari[sz]e)\b.*|[.!?]+)$/iu;

export function readCommand(text: string): AskedCommand | undefined {
  const quoted = quotedCommand.exec(text);
  if (quoted !== null) return { kind: 'command', command: quoted.slice(1).find((part) => part !== undefined)! };
  if (testsAsked.test(text)) return { kind: 'tests' };
  const bare = bareCommand.exec(text)?.[1]?.replace(afterCommand, '').trim();
  return bare === undefined || bare === '' ? undefined : { kind: 'command', command: bare };
}

function readPair(text: string, forms: readonly RegExp[]): Renaming | undefined {
  const [from, to] = readFirst(text, forms) ?? [];
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

/** The names that the first fitting form caught; a bare name loses the full stop of its sentence. */
function readFirst(text: string, forms: readonly RegExp[]): string[] | undefined {
  for (const form of forms) {
    const match = form.exec(text);
    if (match === null) continue;
    const names: string[] = [];
    for (let group = 1; group < match.length; group += 5) {
      const quoted = match.slice(group, group + 4).find((part) => part !== undefined);
      names.push(quoted ?? match[group + 4]!.replace(/[.?!:)]+$/u, ''));
    }
    if (names.every((one) => one !== '')) return names;
  }
  return undefined;
}
