import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDirectory } from '../../support/directory.ts';
import { readText } from '../../support/project.ts';
import { UNIT, unitSettings } from './ways.ts';

const unit = join(createDirectory({ onTestFinished: afterAll }), 'scanprogress.service');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!hasSystemd) console.warn('SKIPPED: systemd-analyze is not installed, so it did not look at the unit.');

// The package is not installed here; the test is about the rest of the unit.
writeFileSync(unit, readText(UNIT).replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true'));

const analyze = (...words: string[]) =>
  spawnSync('systemd-analyze', [...words, '--no-pager', unit], { encoding: 'utf8' });

describe(UNIT, () => {
  it('starts the command of the package where its first lines install it', () => {
    const prefix = /npm install --global --prefix (\S+)/.exec(readText(UNIT))?.[1];
    expect(unitSettings('ExecStart')).toEqual([`${prefix}/bin/scanprogress`]);
  });

  it('does not start again what cannot work, and lets work in flight end', () => {
    expect(unitSettings('RestartPreventExitStatus')).toEqual(['2']);
    expect(unitSettings('TimeoutStopSec')).toEqual(['15s']);
  });

  it.skipIf(!hasSystemd)('has no fault that systemd finds', () => {
    const { status, stdout, stderr } = analyze('verify');
    expect([status, stdout + stderr]).toEqual([0, '']);
  });

  it.skipIf(!hasSystemd)('gives away little, by systemd’s own measure', () => {
    // From 0 (closed) to 10; what is left is the network and that Node compiles.
    const { stdout, stderr } = analyze('security', '--offline=true', '--threshold=20');
    expect(stdout + stderr).toMatch(/Overall exposure level for scanprogress.service: [01]\.\d OK/);
    // Of little weight in that measure.
    expect(unitSettings('DynamicUser')).toEqual(['yes']);
  });
});
