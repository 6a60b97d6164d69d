import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnonymizer } from '../../src/doctor/anonymize.ts';

const anonymize = (value: unknown): unknown => createAnonymizer()(value);

describe('a recorded answer', () => {
  it('keeps the words of the vendor, counts and dates', () => {
    const steps = { id: '', type: '', discovery: false, total: 4, scanned: 2 };
    const progressOf = (registry: string) => ({
      discovery: {
        ...steps,
        error: 'No available Defender was found',
        title: `Step 1/2 discovering tags in registry ${registry}: Discovered tags in 2/4 repositories with 1 Defenders`,
      },
      isScanOngoing: true,
      specScanStartTime: '0001-01-01T00:00:00Z',
    });
    expect(anonymize([progressOf('ghcr.io')])).toEqual([progressOf('name1.example')]);
  });

  it('keeps together what belonged together, in the form that it had', () => {
    const digest = `sha256:${'0f'.repeat(32)}`;
    const row = anonymize({
      _id: 'registry.acme.com:5000/team-a/api:1.4',
      repoTag: { registry: 'registry.acme.com:5000', repo: 'team-a/api', tag: '1.4', digest },
      repoDigests: [`team-a/api@${digest}`],
      tags: null,
    }) as { repoTag: Record<string, string> };
    const { registry, repo, tag, digest: given } = row.repoTag;
    expect(row).toMatchObject({
      _id: `${registry}/${repo}:${tag}`,
      repoDigests: [`${repo}@${given}`],
      tags: null,
    });
    expect(registry).toMatch(/^name\d+\.example:5000$/);
    expect(given).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(JSON.stringify(row)).not.toMatch(/acme|team|0f0f/);
  });

  it('shows no credential, whatever it holds, and none of the names of labels', () => {
    const given = {
      credential: { _id: 'acme-robot', secret: { encrypted: 'abc' }, caCert: 'latest' },
      credentialID: 'acme-robot',
      labels: { acme: 'registry', 'com.acme.team': 'image' },
      hosts: { build7: { accountID: '123456789012' } },
    };
    expect(JSON.stringify(anonymize(given))).not.toMatch(/acme|robot|abc|caCert|build7|123456789012/);
  });

  it('keeps no word that is not on its list, whatever the answer looks like', () => {
    const NAME = 'zqx';
    const named = fc.string({ unit: fc.constantFrom('z', 'q', 'x', '.', '-', '/', ':', ' ', '_', '"', '7') });
    const text = named.map((word) => `${NAME}${word}${NAME}`);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, text, fc.integer(), tie('list'), tie('map')),
      list: fc.array(tie('tree')),
      map: fc.record({ labels: fc.dictionary(text, tie('tree')), repo: tie('tree') }),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(JSON.stringify(anonymize(value))).not.toContain(NAME);
      }),
    );
  });
});
