import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { readMigrations } from '../../src/store/drivers/migrate.ts';

/** What databases out there were made by. A migration joins this list when it has landed, and never leaves it. */
const LANDED: Readonly<Record<string, string>> = {
  '0001-initial.sql': '969c5fc5cd071c2ca19c0ef8f96710363bdc8eef6b419f8f0924cfbc4807122e',
  '0002-results.sql': '32971f4506ef0965dd8987e9a99daa8510d59f58c19c4a569922c07eefbe8550',
  '0003-inbox.sql': '4f23bec54d68c7a4fa09527026b6e77c21ea81947a1d22baa0729d50f47e444d',
  '0004-delivery.sql': 'fe5072ad1dc58cb341bafc6aed53242a1b511c56f5cdfeb4a6509f3a3cd85ce2',
  '0005-product.sql': '36b6fd49701d9265047c3d491e01837e69b42c6ff564c44500ae54379aaaf3e5',
  '0006-attempts.sql': 'b29a82806f67d0fde0d512f3e6903869c9f7ec4b76e21766095a679a86f72259',
  '0007-boards.sql': '517752148dc28b9b258835be603963247f17f4e11fbd9c635dfabc542cb3d7b4',
  '0008-replicas.sql': '8b09b74976b7e38ff995801c9fe6232a940ec40593d3c9c1dc7191af6ecae3a1',
  '0009-starts.sql': '99d3bf8cb1afd4a5cfc1159eceb1001a3637c1c0166e4cc08c49f48759ed16ff',
  '0010-conversations.sql': '300451931447a07dbfe0b55f6e98f47e96aac58955d7935e05eff66b35fe1822',
  '0011-names.sql': 'e29ee5c7d94ae0e89bbd346206fb03b36f50d78d1589593e15bb43645e1fbef4',
  '0012-waits.sql': '7bc8a77b885b868d328fc54bae820b143529e05488094b5358cb2bf5dabfc186',
  '0013-plans.sql': '46154b3a1de585f7d4ea3cfe3faafb4c6de35885f5b370566acdd335467fcfbb',
  '0014-readers.sql': 'ce4522f8e50fd2e2529506bfda0716a1e66ca4eb940d14cfea59c1f7ecb93cd0',
  '0015-digests.sql': '60cc7d59ca74d7a7b123f9101a61639a10117e609a26658e780515b4f4ce15e2',
  '0016-known-names.sql': '2fff023539e575e527539185b7578189a1813252544aa05d4528c11c5d924fe8',
  '0017-messages.sql': '543f8ebe2c2b9af3c9081bc570776bf1623f5098c172d8871fa1e731afd75dbf',
  '0018-compact.sql': 'ddb5e361930787d9a9b3032fe3726e5f20098497484f94b54867699421b1a3a6',
};

it.each(Object.entries(LANDED))('%s is as it landed', (name, hash) => {
  const sql = readMigrations().find((migration) => migration.name === name)?.sql;
  const found = createHash('sha256')
    .update(sql ?? '')
    .digest('hex');
  expect(found).toBe(hash);
});

it('migrations are numbered one after the other, without a gap', () => {
  const numbers = readMigrations().map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});
