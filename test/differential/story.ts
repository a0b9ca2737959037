/** Stories: what people do before somebody hides or leaves, and what happens afterwards. */
import fc from 'fast-check';
import { AVAILABILITIES, DEVICES } from '../../src/presence/record.ts';
import { ACTIVITIES } from '../../src/presence/session.ts';

export const SUBJECT = 'sam';
export const BYSTANDERS = ['bo', 'cy'] as const;
export const ROOMS = ['lobby', 'den'] as const;

/** What a person does with their devices and words. Devices are counted from the oldest that is open. */
export type Deed =
  | { readonly kind: 'connect'; readonly init: Readonly<Record<string, unknown>> }
  | { readonly kind: 'resume' | 'close' | 'drop'; readonly device: number }
  | { readonly kind: 'watch' }
  /** A mutation with this input; `device`: as if it came from there, by its session id. */
  | { readonly kind: 'say'; readonly mutation: string; readonly input: object; readonly device?: number };

export type Step =
  | { readonly by: 'subject' | (typeof BYSTANDERS)[number]; readonly deed: Deed }
  | { readonly by: 'admin' | 'backend'; readonly deed: Deed & { readonly kind: 'say' } }
  | { readonly by: 'time'; readonly seconds: number };

/** How every story begins: they are seen, by somebody who is there as well. */
export const OPENING: readonly Step[] = [
  { by: 'bo', deed: { kind: 'connect', init: {} } },
  { by: 'subject', deed: { kind: 'connect', init: { device: 'WEB' } } },
  { by: 'subject', deed: { kind: 'say', mutation: 'enterRoom', input: { key: 'lobby' }, device: 0 } },
];

/** What happens in every story while they are hidden: enough for each clock that runs for somebody connected. */
export const MEANWHILE: Story['after'] = [
  { by: 'subject', deed: { kind: 'connect', init: { device: 'MOBILE', activity: 'ACTIVE' } }, hidden: true },
  { by: 'subject', deed: { kind: 'say', mutation: 'enterRoom', input: { key: 'den' }, device: 0 }, hidden: true },
  { by: 'time', seconds: 310, hidden: false },
];

/** How the subject hides in the one run; in the other they leave. */
export const WAYS = ['setInvisible', 'pick', 'connect', 'openSession', 'backend', 'upsert'] as const;

export interface Story {
  readonly before: readonly Step[];
  readonly way: (typeof WAYS)[number];
  /** `hidden`: steps of the subject that only somebody hidden can take, and only in that run. */
  readonly after: readonly (Step & { readonly hidden: boolean })[];
  /** Whether they come back in the end: by not hiding any more, and by connecting. */
  readonly returns: boolean;
}

const START = Date.UTC(2026, 5, 1, 12);
const oneOf = <T>(...values: readonly T[]) => fc.constantFrom(...values);
const device = fc.nat(2);
const text = oneOf('hello', 'lunch', 'in a call', null);
const emoji = oneOf('🌴', '📞', null);
const availability = oneOf(...AVAILABILITIES.filter((each) => each !== 'OFFLINE'));
/** May be in the past of the story by then, and is refused then. */
const moment = fc.integer({ min: 1, max: 900 }).map((seconds) => new Date(START + seconds * 1_000).toISOString());
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 2, nil: null });
const room = oneOf(...ROOMS);

const say = (mutation: string, input: fc.Arbitrary<object>) =>
  input.map((given): Deed & { readonly kind: 'say' } => ({ kind: 'say', mutation, input: given }));
const sayFrom = (mutation: string, input: fc.Arbitrary<object>) =>
  fc.tuple(input, device).map(([given, at]): Deed => ({ kind: 'say', mutation, input: given, device: at }));

const ICS = [
  'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n',
  'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260601T000000Z\r\nDTSTART:20260601T120130Z\r\nDTEND:20260601T120500Z\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
];

/** Nothing of it picks a dot. */
const modest: readonly fc.Arbitrary<Deed>[] = [
  fc
    .record(
      {
        device: oneOf(...DEVICES),
        activity: oneOf('ACTIVE', 'IDLE'),
        status: fc.record({ text: oneOf('hi', 'back soon'), emoji }),
      },
      { requiredKeys: ['device'] },
    )
    .map((init): Deed => ({ kind: 'connect', init })),
  device.map((at): Deed => ({ kind: 'close', device: at })),
  device.map((at): Deed => ({ kind: 'drop', device: at })),
  device.map((at): Deed => ({ kind: 'resume', device: at })),
  say('openSession', fc.record({ activity: oneOf('ACTIVE', 'IDLE') })),
  sayFrom('heartbeat', fc.record({ active: fc.boolean() })),
  sayFrom('closeSession', fc.constant({})),
  sayFrom('reportActivity', fc.record({ activity: oneOf(...ACTIVITIES) })),
  sayFrom(
    'enterRoom',
    fc.record({
      key: room,
      label: oneOf('online', 'typing', 'editing'),
      metadata: maybe(fc.record({ line: fc.nat(9) })),
      expiresInSeconds: maybe(fc.integer({ min: 1, max: 90 })),
    }),
  ),
  sayFrom('leaveRoom', fc.record({ key: room })),
  say('setStatus', fc.record({ text, emoji, expiresAt: maybe(moment) })),
  say('setStatus', fc.record({ text, emoji, startsAt: moment })),
];

const claims: readonly fc.Arbitrary<Deed>[] = [
  say(
    'setClaim',
    fc.record({
      source: oneOf('CALL', 'CALENDAR'),
      key: oneOf('a', 'b'),
      availability,
      text,
      startsAt: maybe(moment),
      expiresAt: maybe(moment),
    }),
  ),
  say('clearClaim', fc.record({ source: oneOf('CALL', 'CALENDAR'), key: oneOf('a', 'b') })),
  say('syncCalendar', fc.record({ ics: oneOf(...ICS) })),
];

const picks: readonly fc.Arbitrary<Deed>[] = [
  say('setStatus', fc.record({ availability, text, emoji, expiresAt: maybe(moment) })),
  say('setStatus', fc.record({ availability, startsAt: moment })),
  say('clearStatus', fc.constant({})),
  say('setPreferences', fc.record({ autoAway: fc.boolean(), idleTimeoutSeconds: oneOf(60, 200) })),
];

const visible = fc.oneof(...modest, ...claims, ...picks);
/** What nobody may notice. Preferences and calendars would outlast the hiding, and so are left alone. */
const hiddenDeed = (way: Story['way']) =>
  fc.oneof(...modest, ...(way === 'pick' ? [] : picks.slice(0, 3)), ...hiddenClaims(), again(way));
const hiddenClaims = () =>
  claims
    .slice(0, 2)
    .map((claim) =>
      claim.map((deed) => (deed.kind === 'say' ? { ...deed, input: { ...deed.input, key: 'hidden' } } : deed)),
    );
const again = (way: Story['way']): fc.Arbitrary<Deed> =>
  way === 'pick'
    ? say('setStatus', fc.record({ availability: fc.constant('OFFLINE'), text }))
    : say('setInvisible', fc.constant({ invisible: true }));

const time: fc.Arbitrary<Step> = oneOf(1, 4, 6, 29, 31, 61, 76, 130, 310).map((seconds) => ({ by: 'time', seconds }));
const bystander = fc.record({ by: oneOf(...BYSTANDERS), deed: visible }).map((step): Step => step);
const backend = (allowInvisible: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    say(
      'updateSettings',
      fc.record(
        {
          allowStatusText: fc.boolean(),
          idleTimeoutSeconds: oneOf(60, 120),
          ...(allowInvisible ? { allowInvisible: fc.boolean() } : {}),
        },
        { requiredKeys: ['idleTimeoutSeconds'] },
      ),
    ).map((deed): Step => ({ by: 'admin', deed })),
    say('setServiceEnabled', fc.record({ enabled: fc.boolean() })).map((deed): Step => ({ by: 'admin', deed })),
    say('createCustomStatus', fc.record({ name: oneOf('Lunch', 'Focus'), availability: oneOf('AWAY', 'BUSY') })).map(
      (deed): Step => ({ by: 'admin', deed }),
    ),
    say(
      'upsertChannel',
      fc.record({
        type: fc.constant('team'),
        key: fc.constant('seven'),
        memberIds: fc.shuffledSubarray([SUBJECT, ...BYSTANDERS, 'root', 'onlooker'], { minLength: 2 }),
      }),
    ).map((deed): Step => ({ by: 'backend', deed })),
    say('setChannelType', fc.record({ type: fc.constant('team'), presence: fc.boolean() })).map(
      (deed): Step => ({ by: 'backend', deed }),
    ),
    say('upsertUsers', fc.record({ users: fc.constant([{ id: SUBJECT, name: 'Sam' }]) })).map(
      (deed): Step => ({ by: 'backend', deed }),
    ),
  );

const both = (allowInvisible: boolean) =>
  fc.oneof(
    { weight: 3, arbitrary: time },
    { weight: 3, arbitrary: bystander },
    { weight: 1, arbitrary: backend(allowInvisible) },
  );
const subjectStep = (deed: fc.Arbitrary<Deed>) => deed.map((done): Step => ({ by: 'subject', deed: done }));

export const anyStory: fc.Arbitrary<Story> = oneOf(...WAYS).chain((way) =>
  fc.record({
    way: fc.constant(way),
    before: fc.array(fc.oneof({ weight: 3, arbitrary: subjectStep(visible) }, { weight: 2, arbitrary: both(false) }), {
      minLength: 2,
      maxLength: 10,
    }),
    after: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: subjectStep(hiddenDeed(way)).map((step) => ({ ...step, hidden: true })) },
        { weight: 3, arbitrary: both(true).map((step) => ({ ...step, hidden: false })) },
        { weight: 1, arbitrary: fc.constant({ by: 'subject', deed: { kind: 'watch' }, hidden: false } as const) },
      ),
      { minLength: 2, maxLength: 12 },
    ),
    returns: fc.boolean(),
  }),
);
