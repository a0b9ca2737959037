/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The dot other people see. */
export type Availability =
  /** Connected, and nobody is there; or picked. */
  | 'AWAY'
  /** Not to be disturbed: picked, in a call, or in a meeting. */
  | 'BUSY'
  /** Not connected, or hidden; nobody can tell which. As a pick: hidden until changed. */
  | 'OFFLINE'
  /** Connected and active. As a pick: back to automatic. */
  | 'ONLINE';

/** At least one of availability, text, emoji and customStatusId. A call that gives a text or an emoji states both: the one left out is cleared. */
export type SetStatusInput = {
  /** ONLINE: back to automatic. AWAY, BUSY: held until changed. OFFLINE: hidden until changed. Without text and emoji it clears both. Left out: the dot stays as picked. */
  availability?: Availability | null | undefined;
  /** Takes dot, text and emoji from a custom status, instead of giving them. */
  customStatusId?: string | null | undefined;
  /** Exactly one emoji. */
  emoji?: string | null | undefined;
  /** When what this call sets ends by itself. In the future, after startsAt, at most 10 years ahead. */
  expiresAt?: string | null | undefined;
  /** When this is to happen, as if it were called then; default now. At most 10 years ahead, and 20 at once. */
  startsAt?: string | null | undefined;
  /** At most 120 characters as people count them; trimmed. */
  text?: string | null | undefined;
  /** Somebody else. SERVER role. */
  userId?: string | null | undefined;
};

export type LookFragment = { availability: Availability, online: boolean, lastActive: string | null, status: { text: string | null, emoji: string | null, customStatus: { name: string } | null } | null };

export type WatchSubscriptionVariables = Exact<{
  userIds: Array<string> | string;
}>;


export type WatchSubscription = { presenceChanged: { initial: boolean, user: { id: string }, presence: { availability: Availability, online: boolean, lastActive: string | null, status: { text: string | null, emoji: string | null, customStatus: { name: string } | null } | null } } };

export type PeopleQueryVariables = Exact<{
  ids: Array<string> | string;
}>;


export type PeopleQuery = { users: Array<{ id: string, name: string | null, presence: { availability: Availability, online: boolean, lastActive: string | null, status: { text: string | null, emoji: string | null, customStatus: { name: string } | null } | null } }> };

export type SetStatusMutationVariables = Exact<{
  input: SetStatusInput;
}>;


export type SetStatusMutation = { setStatus: { viewer: { availability: Availability, manual: Availability | null } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const LookFragmentDoc = new TypedDocumentString(`
    fragment Look on Presence {
  availability
  online
  lastActive
  status {
    text
    emoji
    customStatus {
      name
    }
  }
}
    `, {"fragmentName":"Look"}) as unknown as TypedDocumentString<LookFragment, unknown>;
export const WatchDocument = new TypedDocumentString(`
    subscription Watch($userIds: [ID!]!) {
  presenceChanged(userIds: $userIds) {
    initial
    user {
      id
    }
    presence {
      ...Look
    }
  }
}
    fragment Look on Presence {
  availability
  online
  lastActive
  status {
    text
    emoji
    customStatus {
      name
    }
  }
}`) as unknown as TypedDocumentString<WatchSubscription, WatchSubscriptionVariables>;
export const PeopleDocument = new TypedDocumentString(`
    query People($ids: [ID!]!) {
  users(ids: $ids) {
    id
    name
    presence {
      ...Look
    }
  }
}
    fragment Look on Presence {
  availability
  online
  lastActive
  status {
    text
    emoji
    customStatus {
      name
    }
  }
}`) as unknown as TypedDocumentString<PeopleQuery, PeopleQueryVariables>;
export const SetStatusDocument = new TypedDocumentString(`
    mutation SetStatus($input: SetStatusInput!) {
  setStatus(input: $input) {
    viewer {
      availability
      manual
    }
  }
}
    `) as unknown as TypedDocumentString<SetStatusMutation, SetStatusMutationVariables>;