/** Cookies of one browser, by origin. */
type Jar = Map<string, Map<string, string>>;

export interface Answered {
  status: number;
  /** The answer's body. */
  body: Record<string, unknown>;
}

let browsers = 0;

/** A browser without pages, at an address of its own: it follows where it is sent, and keeps cookies. */
export function openBrowser(appUrl: string, redirectUri: string) {
  const jar: Jar = new Map();
  const address = `192.0.2.${(browsers += 1)}`;
  let csrfToken = "";

  async function ask(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url);
    const own = jar.get(origin) ?? new Map<string, string>();
    jar.set(origin, own);
    const cookie = [...own].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, {
      ...init,
      headers: {
        ...(init.headers as Record<string, string>),
        cookie,
        "user-agent": "a test",
        // Who is refused too often from one address is only counted.
        "x-forwarded-for": address,
      },
      redirect: "manual",
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "" || /max-age=0|expires=thu, 01 jan 1970/i.test(line)) own.delete(name);
      else own.set(name, value);
    }
    return answer;
  }

  async function call(method: string, path: string, body?: object): Promise<Answered> {
    const headers = {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      "x-csrf-token": csrfToken,
    };
    const answer = await ask(`${appUrl}/api/v1${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    if (typeof parsed["csrfToken"] === "string") csrfToken = parsed["csrfToken"];
    return { status: answer.status, body: parsed };
  }

  return {
    jar,
    call,
    begin: () => call("POST", "/sign-in/oidc/begin"),
    /** Goes to the provider and comes back. @returns the query of the address that it was sent to */
    async visit(url: string): Promise<string> {
      for (let at = url; ; ) {
        const answer = await ask(at);
        const to = answer.headers.get("location");
        if (to === null) throw new Error(`${at} answers ${answer.status}: ${await answer.text()}`);
        at = new URL(to, at).href;
        if (at.startsWith(redirectUri)) return new URL(at).search.slice(1);
      }
    },
    finish: (answer: string) => call("POST", "/sign-in/oidc", { answer }),
  };
}
export type Browser = ReturnType<typeof openBrowser>;
