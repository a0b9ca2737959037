/** `<presence-dot user="ada">`: whether somebody is there, in a colour and a shape. */
import { defineElement } from './define.ts';
import { createPerson, tell } from './person.ts';
import { createDot, lookOf } from './shape.ts';
import { base, sheet } from './sheet.ts';
import { words } from './words.ts';

const css = sheet(`
:host { --_size: var(--presence-size, .75em); line-height: 0 }
`);

export function defineDot(): void {
  defineElement({
    name: 'presence-dot',
    follows: ['user'],
    draws: ['name'],
    sheets: () => [base(), css()],
    create(body) {
      const person = createPerson(body);
      const dot = createDot();
      body.shadow.append(dot.svg);
      return {
        follow: person.follow,
        draw(client) {
          const presence = person.presence(client);
          const [look, stale] = [lookOf(presence), presence?.known === true && presence.stale];
          const sentence = words().is[look](person.name(presence));
          dot.show(look, { stale, said: stale ? words().stale(sentence) : sentence });
          tell(body.host, presence);
        },
      };
    },
  });
}
