/**
 * What every element here has in common: a shadow root, a client that it finds by itself, and drawing once for any
 * number of reasons to. An element is described by what it follows and how it is drawn ({@link Kind}); the only class
 * is in here, and it is made when it is defined, so that importing the elements where there are none (Node) is harmless.
 */
import type { PresenceClient, Stop } from '../types.ts';
import { clientFor } from './source.ts';
import { regularly } from './time.ts';
import { onWords } from './words.ts';

export interface Kind {
  readonly name: string;
  /** Attributes that say what is followed: a change begins that anew. */
  readonly follows: readonly string[];
  /** Attributes that are only drawn. */
  readonly draws: readonly string[];
  /** Those of the attributes that are there or not. */
  readonly flags?: readonly string[];
  /** Whether it says something that time changes, such as "5 minutes ago". */
  readonly timed?: boolean;
  readonly sheets: () => CSSStyleSheet[];
  create(body: Body): Part;
}

export interface Body {
  readonly host: HTMLElement;
  readonly shadow: ShadowRoot;
  /** Draws before the next frame, once. */
  redraw(): void;
  /** What went wrong where nobody waits for it: an event `presence-error` on the element. */
  report(error: unknown): void;
}

export interface Part {
  follow(client: PresenceClient): Stop;
  draw(client: PresenceClient | null): void;
}

/** Does nothing where there are no elements, or when somebody has defined this one. */
export function defineElement(kind: Kind): void {
  if (!('customElements' in globalThis) || customElements.get(kind.name) !== undefined) return;
  customElements.define(kind.name, classOf(kind));
}

function classOf(kind: Kind): CustomElementConstructor {
  class PresenceElement extends HTMLElement {
    static readonly observedAttributes = [...kind.follows, ...kind.draws];
    readonly #shadow = this.attachShadow({ mode: 'open' });
    #part: Part | null = null;
    #client: PresenceClient | null = null;
    #drawing = false;
    #unfollow: Stop = nothing;
    #leave: Stop = nothing;

    connectedCallback(): void {
      if (this.#part === null) {
        this.#shadow.adoptedStyleSheets = kind.sheets();
        this.#part = kind.create({ host: this, shadow: this.#shadow, redraw: this.#redraw, report: this.#report });
        for (const name of PresenceElement.observedAttributes) this.#keepProperty(name);
      }
      const stops = [
        clientFor(this, this.#use),
        onWords(this.#redraw),
        kind.timed ? regularly(this.#redraw) : nothing,
        () => this.#unfollow(),
      ];
      this.#leave = () => {
        for (const stop of stops) stop();
      };
      this.#draw(); // at once, so that it is never a blank
    }

    disconnectedCallback(): void {
      this.#leave();
      this.#leave = nothing;
      this.#unfollow = nothing;
      this.#client = null;
    }

    attributeChangedCallback(name: string, before: string | null, after: string | null): void {
      if (before === after || this.#part === null || !this.isConnected) return;
      if (kind.follows.includes(name)) this.#use(this.#client);
      else this.#redraw();
    }

    readonly #use = (client: PresenceClient | null): void => {
      // Followed anew before it is let go of: what both have in common is not asked for twice.
      const unfollow = this.#unfollow;
      this.#client = client;
      this.#unfollow = client === null || this.#part === null ? nothing : this.#part.follow(client);
      unfollow();
      this.#redraw();
    };

    readonly #redraw = (): void => {
      if (this.#drawing) return;
      this.#drawing = true;
      queueMicrotask(() => {
        this.#drawing = false;
        if (this.isConnected) this.#draw();
      });
    };

    #draw(): void {
      this.#part?.draw(this.#client);
    }

    readonly #report = (error: unknown): void => {
      this.dispatchEvent(new CustomEvent('presence-error', { detail: error, bubbles: true, composed: true }));
    };

    /** A property set before the element was defined hides the one of the class. */
    #keepProperty(name: string): void {
      const kept = Object.getOwnPropertyDescriptor(this, propertyOf(name));
      if (kept === undefined) return;
      Reflect.deleteProperty(this, propertyOf(name));
      Reflect.set(this, propertyOf(name), kept.value);
    }
  }
  for (const name of PresenceElement.observedAttributes)
    Object.defineProperty(PresenceElement.prototype, propertyOf(name), reflecting(name, kind.flags?.includes(name)));
  return PresenceElement;
}

/** `token-url` is `tokenUrl` to a script. */
function propertyOf(attribute: string): string {
  return attribute.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function reflecting(name: string, flag = false): PropertyDescriptor & ThisType<HTMLElement> {
  return {
    configurable: true,
    enumerable: true,
    get() {
      return flag ? this.hasAttribute(name) : this.getAttribute(name);
    },
    set(value: unknown) {
      if (flag) this.toggleAttribute(name, Boolean(value));
      else if (value === null || value === undefined) this.removeAttribute(name);
      else this.setAttribute(name, String(value));
    },
  };
}

function nothing(): void {}
