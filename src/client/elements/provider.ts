/**
 * `<presence-provider token-url="/presence-token">…</presence-provider>`: the client of everything inside it, made
 * from its attributes, or given as its property `client`.
 */
import { createPresenceClient } from '../client.ts';
import { report } from '../listeners.ts';
import type { Connection, PresenceClient, PresenceClientOptions, Stop } from '../types.ts';
import { sheet } from './sheet.ts';
import { PROVIDER, setPresenceClient, sourceOf } from './source.ts';

const css = sheet(':host { display: contents }');
let defaultUrl = '/graphql';

/** Where the API is when nobody says so: on the page's own host, or for the ready-made bundle on the host it is from. */
export function setDefaultUrl(url: string): void {
  defaultUrl = url;
}

/** Makes a client, connects it, and makes it the client of everything on this page that has no provider around it. */
export function connectPresence(
  options: Omit<PresenceClientOptions, 'url'> & Partial<Pick<PresenceClientOptions, 'url'>>,
): PresenceClient {
  const client = createPresenceClient({ ...options, url: absolute(options.url ?? defaultUrl) });
  client.connect();
  setPresenceClient(client);
  return client;
}

/** Does nothing where there are no elements. Comes before the other elements: they look for it. */
export function defineProvider(): void {
  if (!('customElements' in globalThis) || customElements.get(PROVIDER) !== undefined) return;
  customElements.define(PROVIDER, providerClass());
}

/** For scripts: the client in use, or one of the page's own to use instead of one made from the attributes. */
export interface PresenceProviderElement extends HTMLElement {
  client: PresenceClient | null;
}

function providerClass(): CustomElementConstructor {
  return class extends HTMLElement implements PresenceProviderElement {
    static readonly observedAttributes = ['url', 'token', 'token-url', 'watch-only'];
    readonly #source = sourceOf(this);
    #given: PresenceClient | null = null;
    /** The client made from the attributes, which is this element's to close. */
    #made: PresenceClient | null = null;
    #unlisten: Stop = () => {};
    #settling: ReturnType<typeof setTimeout> | undefined;
    #changed = false;

    get client(): PresenceClient | null {
      return this.#source.client;
    }

    set client(client: PresenceClient | null) {
      this.#given = client;
      this.#renew();
    }

    constructor() {
      super();
      const shadow = this.attachShadow({ mode: 'open' });
      shadow.adoptedStyleSheets = [css()];
      shadow.append(document.createElement('slot'));
    }

    connectedCallback(): void {
      const early = Object.getOwnPropertyDescriptor(this, 'client'); // set before the element was defined
      if (early !== undefined) {
        Reflect.deleteProperty(this, 'client');
        this.#given = early.value;
      }
      this.#changed = false; // whatever was set so far counts
      if (this.#source.client === null) this.#renew();
    }

    disconnectedCallback(): void {
      this.#settle();
    }

    attributeChangedCallback(name: string, before: string | null, after: string | null): void {
      // Each connection asks for the token, so another one is no reason to connect anew.
      if (before === after || (name === 'token' && this.#made !== null)) return;
      this.#changed = true;
      this.#settle();
    }

    /** Once for any number of changes in one turn; an element that is only moved has come back by then. */
    #settle(): void {
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => {
        if (!this.isConnected) this.#use(null);
        else if (this.#changed && this.#given === null) this.#renew();
        this.#changed = false;
      });
    }

    #renew(): void {
      const wanted = this.isConnected && (this.hasAttribute('token') || this.hasAttribute('token-url'));
      this.#use(this.#given ?? (wanted ? this.#make() : null));
    }

    #make(): PresenceClient {
      const client = createPresenceClient({
        url: absolute(this.getAttribute('url') ?? defaultUrl),
        token: () => this.#token(),
        session: !this.hasAttribute('watch-only'),
      });
      client.connect();
      return client;
    }

    async #token(): Promise<string> {
      const address = this.getAttribute('token-url');
      if (address === null) return this.getAttribute('token') ?? '';
      const answer = await fetch(absolute(address), { credentials: 'same-origin', cache: 'no-store' });
      if (!answer.ok) throw new Error(`${address} answered ${answer.status} instead of a token`);
      return (await answer.text()).trim();
    }

    #use(client: PresenceClient | null): void {
      const before = this.#made;
      this.#made = client === this.#given ? null : client;
      this.#unlisten();
      this.#source.set(client);
      this.#unlisten = client === null ? () => {} : client.onConnection((connection) => this.#tell(connection));
      if (before !== null && before !== client) before.close().catch(report);
    }

    #tell(connection: Connection): void {
      this.dispatchEvent(new CustomEvent('presence-connection', { detail: connection }));
    }
  };
}

function absolute(url: string): string {
  return new URL(url, document.baseURI).href;
}
