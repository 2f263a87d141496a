/** The table of tokens, kinds and target kinds; it lives with the actions that match them (`src/providers/tokens.ts`). */
export * from '../providers/tokens.ts';
