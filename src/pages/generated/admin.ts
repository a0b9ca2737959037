/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocument } from '../../client/types.ts';
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

/** A new custom status. */
export type CreateCustomStatusInput = {
  /** The dot it picks; ONLINE is automatic. */
  availability: Availability;
  /** Exactly one emoji. */
  emoji?: string | null | undefined;
  /** At most 120 characters; no other on the site may have it. */
  name: string;
};

/** What to change; what is left out stays. */
export type UpdateCustomStatusInput = {
  /** The dot it picks. */
  availability?: Availability | null | undefined;
  /** Exactly one emoji. */
  emoji?: string | null | undefined;
  /** Which. */
  id: string;
  /** At most 120 characters; no other on the site may have it. */
  name?: string | null | undefined;
};

/** What to change; what is left out stays. */
export type UpdateSettingsInput = {
  /** Whether people may hide. */
  allowInvisible?: boolean | null | undefined;
  /** Whether people may set texts. */
  allowStatusText?: boolean | null | undefined;
  /** From 0 to 2147483647; 0: no cap. */
  connectionCap?: number | null | undefined;
  /** From 1 to 86400. */
  idleTimeoutSeconds?: number | null | undefined;
};

export type OverviewQueryVariables = Exact<{ [key: string]: never; }>;


export type OverviewQuery = { onlineCount: number, service: { enabled: boolean, connections: number, connectionCap: number, reason: string | null }, settings: { allowInvisible: boolean, allowStatusText: boolean, idleTimeoutSeconds: number, connectionCap: number }, customStatuses: Array<{ id: string, name: string, emoji: string | null, availability: Availability }> };

export type OnlinePeopleQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type OnlinePeopleQuery = { onlineUsers: Array<{ id: string, name: string | null, color: string }> };

export type SwitchServiceMutationVariables = Exact<{
  enabled: boolean;
}>;


export type SwitchServiceMutation = { setServiceEnabled: { service: { enabled: boolean, connections: number, connectionCap: number, reason: string | null } } };

export type ChangeRulesMutationVariables = Exact<{
  input: UpdateSettingsInput;
}>;


export type ChangeRulesMutation = { updateSettings: { settings: { allowInvisible: boolean, allowStatusText: boolean, idleTimeoutSeconds: number, connectionCap: number } } };

export type OfferStatusMutationVariables = Exact<{
  input: CreateCustomStatusInput;
}>;


export type OfferStatusMutation = { createCustomStatus: { customStatus: { id: string, name: string, emoji: string | null, availability: Availability } } };

export type ChangeStatusMutationVariables = Exact<{
  input: UpdateCustomStatusInput;
}>;


export type ChangeStatusMutation = { updateCustomStatus: { customStatus: { id: string, name: string, emoji: string | null, availability: Availability } } };

export type WithdrawStatusMutationVariables = Exact<{
  id: string;
}>;


export type WithdrawStatusMutation = { deleteCustomStatus: { deletedId: string } };

export type SwitchFragment = { enabled: boolean, connections: number, connectionCap: number, reason: string | null };

export type RulesFragment = { allowInvisible: boolean, allowStatusText: boolean, idleTimeoutSeconds: number, connectionCap: number };

export type OfferFragment = { id: string, name: string, emoji: string | null, availability: Availability };

export const Overview: TypedDocument<OverviewQuery, OverviewQueryVariables> =
  'query Overview{onlineCount service{...Switch}settings{...Rules}customStatuses{...Offer}} fragment Switch on Service{enabled connections connectionCap reason} fragment Rules on Settings{allowInvisible allowStatusText idleTimeoutSeconds connectionCap} fragment Offer on CustomStatus{id name emoji availability}';

export const OnlinePeople: TypedDocument<OnlinePeopleQuery, OnlinePeopleQueryVariables> =
  'query OnlinePeople($after:ID){onlineUsers(first:100,after:$after){id name color}}';

export const SwitchService: TypedDocument<SwitchServiceMutation, SwitchServiceMutationVariables> =
  'mutation SwitchService($enabled:Boolean!){setServiceEnabled(input:{enabled:$enabled}){service{...Switch}}} fragment Switch on Service{enabled connections connectionCap reason}';

export const ChangeRules: TypedDocument<ChangeRulesMutation, ChangeRulesMutationVariables> =
  'mutation ChangeRules($input:UpdateSettingsInput!){updateSettings(input:$input){settings{...Rules}}} fragment Rules on Settings{allowInvisible allowStatusText idleTimeoutSeconds connectionCap}';

export const OfferStatus: TypedDocument<OfferStatusMutation, OfferStatusMutationVariables> =
  'mutation OfferStatus($input:CreateCustomStatusInput!){createCustomStatus(input:$input){customStatus{...Offer}}} fragment Offer on CustomStatus{id name emoji availability}';

export const ChangeStatus: TypedDocument<ChangeStatusMutation, ChangeStatusMutationVariables> =
  'mutation ChangeStatus($input:UpdateCustomStatusInput!){updateCustomStatus(input:$input){customStatus{...Offer}}} fragment Offer on CustomStatus{id name emoji availability}';

export const WithdrawStatus: TypedDocument<WithdrawStatusMutation, WithdrawStatusMutationVariables> =
  'mutation WithdrawStatus($id:ID!){deleteCustomStatus(input:{id:$id}){deletedId}}';