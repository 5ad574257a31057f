import { describe, it } from 'vitest';
import { MemoryStore } from './memory-store.ts';
import { storeContract } from './store-contract.ts';

describe('the memory store', () => {
  for (const { title, run } of storeContract(async () => new MemoryStore())) it(title, run);
});
