/** What is invalid costs itself and nothing around it, where only the array decides. */

import { expect, test } from 'vitest';
import {
  wireDefenders,
  wireDetailedResults,
  wireResults,
  wireSettings,
  wireStatus,
} from '../../../src/prisma-cloud/http/schema.ts';

const FIELDS = [
  ...['repoTag', 'tags', 'repoDigests', 'scanTime', 'err'],
  ...['vulnerabilityDistribution', 'complianceIssuesCount', 'complianceDistribution'],
];
const rowOf = (value: unknown) => Object.fromEntries(FIELDS.map((name) => [name, value]));
const listsOf = (value: unknown) => ({ vulnerabilities: value, complianceIssues: value, riskFactors: value });
const statusOf = (value: unknown) => ({ completed: value, scanning: value, scanTime: value, errors: value });
const specificationsOf = (value: unknown) => ({ specifications: [value, { registry: value, tag: 'a' }] });
const NO_DEFENDER = { category: null, connected: null };

test.each([
  ['rows', wireResults, [false, rowOf(false)], [null, rowOf(null)]],
  ['tags of rows', wireResults, [{ tags: [false, { repo: false }] }], [{ tags: [null, { repo: null }] }]],
  ['full rows', wireDetailedResults, [false], [null]],
  ['lists of full rows', wireDetailedResults, [listsOf(1)], [listsOf(null)]],
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
  ['fields of a status', wireStatus, statusOf(1), statusOf(null)],
  ['errors of a status', wireStatus, { errors: [1, 'no'] }, { errors: [null, 'no'] }],
  ['specifications', wireSettings, specificationsOf(1), specificationsOf(null)],
  ['Defenders', wireDefenders, [1, { category: 1, connected: 'x' }], [null, NO_DEFENDER]],
])('invalid %s are null', (_, schema, wire, expected) => {
  expect(schema.parse(wire)).toMatchObject(expected);
});
