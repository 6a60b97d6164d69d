/** What is invalid costs itself and nothing around it, where only the array decides. */

import { expect, test } from 'vitest';
import {
  wireDefenders,
  wireDetailedResults,
  wireResults,
  wireSettings,
  wireStatus,
} from '../../../src/prisma-cloud/http/schema.ts';

const NO_FIELDS = {
  repoTag: null,
  tags: null,
  repoDigests: null,
  scanTime: null,
  err: null,
  vulnerabilityDistribution: null,
  complianceIssuesCount: null,
  complianceDistribution: null,
};
const allOf = (names: object, value: unknown) =>
  Object.fromEntries(Object.keys(names).map((name) => [name, value]));

test.each([
  ['rows', wireResults, [false, allOf(NO_FIELDS, false)], [null, NO_FIELDS]],
  ['tags of rows', wireResults, [{ tags: [false, { repo: false }] }], [{ tags: [null, { repo: null }] }]],
  ['full rows', wireDetailedResults, [false], [null]],
  [
    'lists of full rows',
    wireDetailedResults,
    [{ vulnerabilities: 1, complianceIssues: 1, riskFactors: 1 }],
    [{ vulnerabilities: null, complianceIssues: null, riskFactors: null }],
  ],
  [
    'elements of these',
    wireDetailedResults,
    [
      {
        vulnerabilities: [1, { cve: 'CVE-1', severity: 1, block: 1, gracePeriodDays: '7' }],
        complianceIssues: [1, { block: 1, gracePeriodDays: '7' }],
      },
    ],
    [
      {
        vulnerabilities: [null, { cve: 'CVE-1', severity: null, block: null, gracePeriodDays: null }],
        complianceIssues: [null, { block: null, gracePeriodDays: null }],
      },
    ],
  ],
  [
    'fields of a status',
    wireStatus,
    { completed: 1, scanning: 1, scanTime: 1, errors: 1 },
    { completed: null, scanning: null, scanTime: null, errors: null },
  ],
  ['errors of a status', wireStatus, { errors: [1, 'no'] }, { errors: [null, 'no'] }],
  [
    'specifications',
    wireSettings,
    { specifications: [1, { registry: 1, tag: 'a' }] },
    { specifications: [null, { registry: null, tag: 'a' }] },
  ],
  [
    'Defenders',
    wireDefenders,
    [1, { category: 1, connected: 'x' }],
    [null, { category: null, connected: null }],
  ],
])('invalid %s are null', (_, schema, wire, expected) => {
  expect(schema.parse(wire)).toMatchObject(expected);
});
