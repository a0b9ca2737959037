/** Where running parts report what nobody awaits. Any pino logger fits. */
export interface Log {
  error(details: object, message: string): void;
  warn(details: object, message: string): void;
  info(details: object, message: string): void;
}
