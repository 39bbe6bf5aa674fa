/** The simulated service, run inside the extension host, and Baleen connected to it with a key. */
import { startSimulator, type Simulator, type SimulatorOptions } from '../../support/simulator/simulator.js';
import { rerouteFetch } from '../../support/rerouteFetch.js';
import type { TestApi } from '../../../src/vscode/testApi.js';

export async function connectService(api: TestApi, script: SimulatorOptions['script']): Promise<Simulator> {
  const service = await startSimulator({ script });
  process.env['BALEEN_BASE_URL'] = service.origin;
  await api.keys.store(service.origin, service.key);
  await api.connection.setRehearsal(false);
  await api.chat.newSession();
  return service;
}

/** The same at an address that is not this machine's: the extension host's `fetch` leads from there to the simulator. */
export async function connectElsewhere(
  api: TestApi,
  origin: string,
  script: SimulatorOptions['script'],
): Promise<Simulator> {
  const service = await startSimulator({ script });
  globalThis.fetch = rerouteFetch(origin, service.origin);
  process.env['BALEEN_BASE_URL'] = origin;
  await api.keys.store(origin, service.key);
  await api.connection.setRehearsal(false);
  await api.chat.newSession();
  return service;
}

const realFetch = globalThis.fetch;

export async function disconnectService(api: TestApi, service: Simulator, origin = service.origin): Promise<void> {
  await api.chat.stop();
  globalThis.fetch = realFetch;
  await api.keys.remove(origin);
  delete process.env['BALEEN_BASE_URL'];
  await api.connection.refresh();
  await service.close();
}

export function call(id: string, name: string, args: unknown): { id: string; name: string; arguments: string } {
  return { id, name, arguments: JSON.stringify(args) };
}
