/** What a person says about themselves: pick, text, emoji, invisible, preferences. */
import { asMillis, type Person } from '../presence/ids.ts';
import {
  type Availability,
  type Choice,
  MAX_IDLE_TIMEOUT,
  MAX_PLANNED,
  MIN_IDLE_TIMEOUT,
  type PresenceRecord,
} from '../presence/record.ts';
import { findCustomStatus, type SiteRecord } from '../presence/site.ts';
import type { Core } from './core.ts';
import { period, type StatusWords, statusLine, within } from './input.ts';
import { badInput, Refusal } from './refusal.ts';
import { refuseChoice, refuseInvisible } from './settings.ts';

export interface SetStatusInput extends StatusWords {
  readonly availability?: Availability | null | undefined;
  readonly customStatusId?: string | null | undefined;
  readonly startsAt?: Date | null | undefined;
  readonly expiresAt?: Date | null | undefined;
}

export interface PreferencesInput {
  readonly autoAway?: boolean | null | undefined;
  readonly idleTimeoutSeconds?: number | null | undefined;
}

export function createStatuses(core: Core) {
  async function setStatus(person: Person, input: SetStatusInput): Promise<PresenceRecord> {
    const site = core.sites.known(person.site) ?? (await core.sites.get(person.site));
    const { startsAt, expiresAt } = period(input, core.clock.now());
    const choice: Choice = { ...choiceOf(input, site), expiresAt };
    const { after } = await core.report(person, (record, at) => {
      refuseChoice(record, choice, at.site);
      if (startsAt === null) return [{ type: 'choose', ...choice }];
      const others = record.planned.filter((planned) => planned.startsAt !== startsAt);
      if (others.length >= MAX_PLANNED)
        throw badInput('startsAt', `may be given for at most ${MAX_PLANNED} statuses at once`);
      return [{ type: 'plan', ...choice, startsAt }];
    });
    return after;
  }

  async function setInvisible(person: Person, invisible: boolean): Promise<PresenceRecord> {
    const { after } = await core.report(person, (record, { site }) => {
      if (invisible) refuseInvisible(record, site);
      return [{ type: 'hide', invisible }];
    });
    return after;
  }

  async function setPreferences(person: Person, input: PreferencesInput): Promise<PresenceRecord> {
    const { autoAway, idleTimeoutSeconds } = input;
    if (autoAway == null && idleTimeoutSeconds == null)
      throw badInput('input', 'must have autoAway or idleTimeoutSeconds');
    const seconds =
      idleTimeoutSeconds == null
        ? null
        : within(idleTimeoutSeconds, MIN_IDLE_TIMEOUT, MAX_IDLE_TIMEOUT, 'idleTimeoutSeconds');
    const { after } = await core.report(person, (_, { siteIdleTimeout }) => [
      {
        type: 'prefer',
        siteIdleTimeout,
        ...(autoAway == null ? {} : { autoAway }),
        ...(seconds === null ? {} : { idleTimeout: asMillis(seconds * 1_000) }),
      },
    ]);
    return after;
  }

  return {
    setStatus,
    /** Ends what the person chose, now and later; calls, meetings and invisible stay. */
    clearStatus: async (person: Person) => (await core.report(person, () => [{ type: 'clear' }])).after,
    setInvisible,
    setPreferences,
  };
}

function choiceOf(input: SetStatusInput, site: SiteRecord): Omit<Choice, 'expiresAt'> {
  const { availability, customStatusId } = input;
  if (customStatusId != null) return worn(input, customStatusId, site);
  const line = statusLine(input);
  if (availability == null && line === null) {
    throw badInput('input', 'must have an availability, a text, an emoji or a customStatusId');
  }
  return { line, ...(availability == null ? {} : { availability }) };
}

function worn(input: SetStatusInput, customStatusId: string, site: SiteRecord): Omit<Choice, 'expiresAt'> {
  const beside = (['availability', 'text', 'emoji'] as const).find((field) => input[field] != null);
  if (beside !== undefined)
    throw badInput('customStatusId', `stands instead of availability, text and emoji; leave out ${beside}`);
  const status = findCustomStatus(site, customStatusId);
  if (status === null) {
    throw new Refusal('NOT_FOUND', 'customStatusId names no custom status of this site.', { field: 'customStatusId' });
  }
  return {
    availability: status.availability,
    line: { text: status.name, emoji: status.emoji, customStatusId: status.id },
  };
}
