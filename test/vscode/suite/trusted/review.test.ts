import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Simulator } from '../../../support/simulator/simulator.js';
import type { TestApi } from '../../../../src/vscode/testApi.js';
import { call, connectService, disconnectService } from '../service.js';
import { activateBaleen, closeEditors, folderPath, readText, waitFor } from '../support.js';

const oldLine = 'export function greet(name) {';
const newLine = 'export function greet(name, greeting) {';

function report(findings: unknown[]): { calls: { id: string; name: string; arguments: string }[] } {
  return { calls: [call('report', 'report_findings', { findings })] };
}

const broken = {
  path: 'src/greet.mjs',
  quote: newLine,
  severity: 'error',
  category: 'broken caller',
  message: 'greet now needs a greeting, which its caller does not give.',
  fix: oldLine,
  callers: [{ path: 'src/main.mjs', quote: "console.log(greet('world'));" }],
};
const falseQuote = { ...broken, quote: 'export function neverWritten() {', message: 'Invented.', callers: [] };

describe('review on save', () => {
  let api: TestApi;
  let service: Simulator;
  let original: string;
  let document: vscode.TextDocument;

  before(async () => {
    api = await activateBaleen();
    service = await connectService(api, []);
    original = await readText('src/greet.mjs');
    await vscode.commands.executeCommand('baleen.toggleReviewOnSave');
    document = await vscode.workspace.openTextDocument(join(folderPath(), 'src/greet.mjs'));
    await vscode.window.showTextDocument(document);
  });

  after(async () => {
    await vscode.commands.executeCommand('baleen.toggleReviewOnSave');
    await vscode.commands.executeCommand('baleen.clearDismissals');
    await disconnectService(api, service);
    await closeEditors();
    await writeFile(join(folderPath(), 'src/greet.mjs'), original);
  });

  it('starts nothing by itself while the cache is cold: it offers with the price', async () => {
    await saveAs(original.replace(oldLine, newLine));
    const offer = await waitFor('the offer', () =>
      api.review.status.state.kind === 'offer' ? api.review.status.state : undefined,
    );
    assert.ok((offer.price?.amount ?? 0) > 0);
    assert.equal(service.requests.length, 0);
  });

  it('marks the changed line and the caller in the other file, and drops a finding with a false quote', async () => {
    service.push(report([broken, falseQuote]));
    await vscode.commands.executeCommand('baleen.startReview');
    assert.equal(service.requests.length, 1);
    const messages = service.requests[0]!.parsed.messages;
    const last = messages.at(-1);
    assert.ok(
      last?.role === 'user' &&
        /\+export function greet\(name, greeting\)[^]*<\/baleen-reviewed>\n<\/baleen-turn>\nEnd of turn$/.test(
          last.text,
        ),
    );
    const own = diagnosticsOf('src/greet.mjs');
    assert.equal(own.length, 1);
    assert.equal(own[0]?.range.start.line, 0);
    assert.equal(own[0]?.severity, vscode.DiagnosticSeverity.Error);
    assert.match(own[0]?.relatedInformation?.[0]?.location.uri.fsPath ?? '', /main\.mjs$/);
    const [caller] = diagnosticsOf('src/main.mjs');
    assert.equal(caller?.range.start.line, 2);
    assert.match(caller?.message ?? '', /Broken by the change in src\/greet\.mjs/);
    assert.deepEqual(api.review.status.state, { kind: 'findings', count: 1 });
  });

  it('reviews a further save by itself, at the end of the same conversation', async () => {
    service.push(report([broken]));
    await saveAs(document.getText().replace('Hello', 'Good day'));
    await waitFor('the second review', () => service.requests.length === 2);
    const [first, second] = service.requests.map((request) =>
      request.messages.map((message) => JSON.stringify(message)),
    );
    assert.deepEqual(second?.slice(0, first!.length), first);
    await waitFor('its result', () => api.review.status.state.kind === 'findings');
    const last = service.requests[1]!.parsed.messages.at(-1);
    const reviewed = last?.role === 'user' ? last.text.slice(last.text.indexOf('<baleen-reviewed')) : '';
    assert.match(reviewed, /\+.*Good day/);
    assert.doesNotMatch(reviewed, /^\+export function greet/m);
  });

  it('sends nothing for white space or for an ignored file', async () => {
    await saveAs(`${document.getText()}\n`);
    await vscode.workspace.fs.writeFile(fileUri('ignored/notes.mjs'), Buffer.from('a\n'));
    const ignored = await vscode.workspace.openTextDocument(fileUri('ignored/notes.mjs'));
    await replaceAll(ignored, 'const secret = 1;\n');
    await ignored.save();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    assert.equal(service.requests.length, 2);
  });

  it('keeps its marks on lines that move, and offers a fix that applies', async () => {
    await replaceAll(document, `// one\n// two\n${document.getText()}`);
    await waitFor('the moved mark', () => diagnosticsOf('src/greet.mjs')[0]?.range.start.line === 2);
    const actions = await listActions(document, new vscode.Range(2, 5, 2, 5));
    const fix = actions.find((action) => action.title === 'Baleen: apply the fix');
    assert.ok(fix?.edit);
    await vscode.workspace.applyEdit(fix.edit);
    assert.ok(document.getText().includes(oldLine));
    assert.ok(!document.getText().includes(newLine));
    await waitFor('the mark to go', () => diagnosticsOf('src/greet.mjs').length === 0);
  });

  it('forgets a dismissed finding, also when it is found again', async () => {
    await replaceAll(document, document.getText().replace(oldLine, newLine));
    await waitFor('the mark to come back', () => diagnosticsOf('src/greet.mjs').length === 1);
    const [finding] = api.review.findings.shown();
    await vscode.commands.executeCommand('baleen.dismissFinding', finding!.id);
    assert.deepEqual([diagnosticsOf('src/greet.mjs'), diagnosticsOf('src/main.mjs')], [[], []]);
    assert.deepEqual(api.review.status.state, { kind: 'clean' });
    service.push(report([broken]));
    await saveAs(`${document.getText()}export const more = 1;\n`);
    await waitFor('the third review', () => service.requests.length === 3);
    await waitFor('its end', () => api.review.status.state.kind === 'clean');
    assert.deepEqual(diagnosticsOf('src/greet.mjs'), []);
  });

  it('says “no result” when no report comes, and never “clean”', async () => {
    service.push({ text: 'Looks good.' }, { text: 'Really.' });
    await saveAs(`${document.getText()}export const evenMore = 1;\n`);
    await waitFor('no result', () => api.review.status.state.kind === 'no_result');
    assert.equal(service.requests.length, 5);
  });

  it('is coalesced: of two saves in a row one review is made, of both', async () => {
    const other = await vscode.workspace.openTextDocument(fileUri('src/main.mjs'));
    const before = other.getText();
    service.push(report([]));
    await replaceAll(other, `${before}// changed too\n`);
    await replaceAll(document, `${document.getText()}export const last = 1;\n`);
    await Promise.all([other.save(), document.save()]);
    await waitFor('the review', () => api.review.status.state.kind === 'clean');
    assert.equal(service.requests.length, 6);
    const last = service.requests[5]!.parsed.messages.at(-1);
    assert.match(last?.role === 'user' ? last.text : '', /path="src\/greet\.mjs"[^]*path="src\/main\.mjs"/);
    await replaceAll(other, before);
    service.push(report([]));
    await other.save();
    await waitFor('the last review', () => service.requests.length === 7);
  });

  it('RES-07: of 100 saves in a row never two reviews run at once, and the last one has the newest text', async () => {
    service.push(...Array.from({ length: 100 }, () => report([])));
    let most = 0;
    for (let save = 0; save < 100; save++) {
      await saveAs(`${document.getText()}export const n${save} = ${save};\n`);
      most = Math.max(most, service.underWay());
    }
    const last = (): string => JSON.stringify(service.requests.at(-1)!.parsed.messages.at(-1));
    await waitFor('the newest text', () => last().includes('n99 = 99') && api.review.status.state.kind === 'clean');
    assert.ok(most <= 1);
  });

  async function saveAs(text: string): Promise<void> {
    await replaceAll(document, text);
    assert.ok(await document.save());
  }
});

async function replaceAll(document: vscode.TextDocument, text: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  assert.ok(await vscode.workspace.applyEdit(edit));
}

function fileUri(path: string): vscode.Uri {
  return vscode.Uri.file(join(folderPath(), path));
}

function diagnosticsOf(path: string): vscode.Diagnostic[] {
  return vscode.languages.getDiagnostics(fileUri(path)).filter((one) => one.source === 'Baleen');
}

async function listActions(document: vscode.TextDocument, range: vscode.Range): Promise<vscode.CodeAction[]> {
  return vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, range);
}
