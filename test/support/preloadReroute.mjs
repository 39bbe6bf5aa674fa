// Preloaded into a process: BALEEN_TEST_REROUTE is "https://elsewhere=http://127.0.0.1:1234", and what goes to the first
// goes to the second. So an address that is not this machine's has a simulator behind it.
const [from, to] = (process.env.BALEEN_TEST_REROUTE ?? '').split('=');
if (to) {
  const real = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return real(url.startsWith(`${from}/`) ? to + url.slice(from.length) : url, init);
  };
}
