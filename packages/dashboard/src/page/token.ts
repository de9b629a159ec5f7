/** The admin token, where the server wants one. Kept for this tab only, and never in an address. */
const KEY = "recloser-token";

export function authorization(): Record<string, string> {
  const token = sessionStorage.getItem(KEY);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

export function hasToken(): boolean {
  return sessionStorage.getItem(KEY) !== null;
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token);
}

/** A header takes only these; anything else would throw instead of being refused. */
export function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
