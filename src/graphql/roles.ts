/**
 * Who may call what. Every root field needs a token, every mutation one that is no guest's, and a field may `allow` fewer,
 * or more. Asked once, before a resolver or a subscriber runs; not for each event. A plugin of Pothos, in which a check is
 * a comparison: @pothos/plugin-scope-auth, which can do more, made a cache of four maps for each operation.
 */
import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import type { GraphQLFieldResolver } from 'graphql';
import type { Role } from './caller.ts';
import { type Context, callerOf } from './context.ts';
import { apiError } from './errors.ts';

/** Whom a field is for, from all to few. */
type Allowed = 'everybody' | 'people' | 'administrators' | 'backends';

interface Rule {
  readonly roles: readonly Role[];
  /** For those it is not for. */
  readonly says: string;
}

const RULES: Readonly<Record<Allowed, Rule>> = {
  everybody: { roles: ['GUEST', 'USER', 'ADMIN', 'SERVER'], says: '' },
  people: { roles: ['USER', 'ADMIN', 'SERVER'], says: 'Guests may only watch.' },
  administrators: { roles: ['ADMIN', 'SERVER'], says: 'Only administrators and the backend may do this.' },
  backends: { roles: ['SERVER'], says: 'Only a token with the role "server" may do this.' },
};

/** Fields of other types have none: whoever got there was allowed. */
const USUAL: Partial<Record<string, Allowed>> = { Query: 'everybody', Mutation: 'people', Subscription: 'everybody' };

declare global {
  export namespace PothosSchemaTypes {
    interface Plugins<Types extends SchemaTypes> {
      roles: RolesPlugin<Types>;
    }
    interface FieldOptions {
      /** Whom it is for; default: queries and subscriptions everybody with a token, mutations people. */
      allow?: Allowed;
    }
  }
}

type Field<Types extends SchemaTypes> = PothosOutputFieldConfig<Types>;
type Resolve<Types extends SchemaTypes> = GraphQLFieldResolver<unknown, Types['Context']>;

class RolesPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override wrapResolve(resolve: Resolve<Types>, field: Field<Types>): Resolve<Types> {
    return field.kind === 'Subscription' ? resolve : guarded(resolve, field);
  }

  override wrapSubscribe(subscribe: Resolve<Types> | undefined, field: Field<Types>): Resolve<Types> | undefined {
    return subscribe && guarded(subscribe, field);
  }
}

function guarded<Types extends SchemaTypes>(resolve: Resolve<Types>, field: Field<Types>): Resolve<Types> {
  const allowed = field.pothosOptions.allow ?? USUAL[field.kind];
  if (allowed === undefined) return resolve;
  const { roles, says } = RULES[allowed];
  return (parent, args, context, info) => {
    const { role } = callerOf(context as unknown as Context); // which the builder is made for
    if (!roles.includes(role)) throw apiError('FORBIDDEN', says);
    return resolve(parent, args, context, info);
  };
}

export const ROLES = 'roles';
SchemaBuilder.registerPlugin(ROLES, RolesPlugin);
