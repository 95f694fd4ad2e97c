export const REPLACEMENTS: [before: string, after: string][];
export function mendPostgres(file?: string): void;
