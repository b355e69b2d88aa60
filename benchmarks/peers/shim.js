// The least of ctx and api that the workloads need, for engines that have nothing of ours.
// `run` takes a function and a context as JSON, and returns the outcome as JSON.
function fromBase64(text) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  let bits = 0;
  let held = 0;
  let bytes = '';
  for (const letter of text.replace(/=+$/, '')) {
    held = ((held << 6) | letters.indexOf(letter)) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += String.fromCharCode((held >> bits) & 255);
    }
  }
  return bytes;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function run(action, context) {
  const document = JSON.parse(context);
  const claims = {};
  const logs = [];
  const grants = document.userGrants;
  const entries = document.userMetadata;
  const ctx = {
    v1: {
      claims: document.claims,
      getUser: () => document.user,
      user: {
        grants: { count: grants.length, grants },
        getMetadata: () => ({
          count: entries.length,
          metadata: entries.map(({ key, value }) => ({ key, value: parsed(fromBase64(value)) })),
        }),
      },
    },
  };
  const api = {
    v1: {
      claims: {
        setClaim(key, value) { claims[key] = value; },
        appendLogIntoClaims(text) { logs.push(text); },
      },
    },
  };
  action(ctx, api);
  return JSON.stringify({ claims, logs });
}

function require(name) {
  if (name !== 'zitadel/http' || typeof fetchNow !== 'function') throw new Error(`no module ${name}`);
  return {
    fetch: (url) => {
      const body = fetchNow(url);
      return { json: () => JSON.parse(body), text: () => body };
    },
  };
}
