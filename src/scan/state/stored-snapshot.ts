/**
 * Snapshots as JSON. Fields that are as in `NOTHING_SEEN` are left out, and so are sums of registries, because many watches
 * have one. Earlier versions wrote all fields.
 */

import type { DeliveryContent } from '../delivery.ts';
import type { RegistryProgress, Snapshot, StepProgress } from '../snapshot.ts';
import { NO_STEP, sumSteps } from './ongoing-scan.ts';
import { NOTHING_SEEN } from './target-state.ts';

type StoredStep = Partial<StepProgress>;

export interface StoredRegistry extends Omit<RegistryProgress, 'discovery' | 'images'> {
  readonly discovery?: StoredStep | undefined;
  readonly images?: StoredStep | undefined;
}

export interface StoredSnapshot extends Partial<Omit<Snapshot, 'discovery' | 'images' | 'registries'>> {
  readonly discovery?: StoredStep;
  readonly images?: StoredStep;
  readonly registries?: readonly StoredRegistry[];
}

interface StoredContent extends Partial<Omit<DeliveryContent, 'snapshot'>> {
  readonly snapshot?: StoredSnapshot;
}

const NO_CONTENT = { end: null, stoppedBy: null };

export function stringifyContent({ snapshot, ...content }: DeliveryContent): string {
  return JSON.stringify({ snapshot: toStoredSnapshot(snapshot), ...withoutDefaults(content, NO_CONTENT) });
}

/** Not validated, as only this program writes it; throws where it is no JSON. */
export function parseContent(json: string): DeliveryContent {
  const { snapshot = {}, ...content } = JSON.parse(json) as StoredContent;
  return { snapshot: toSnapshot(snapshot), ...NO_CONTENT, ...content };
}

export function stringifySnapshot(snapshot: Snapshot): string {
  return JSON.stringify(toStoredSnapshot(snapshot));
}

export function parseSnapshot(json: string): Snapshot {
  return toSnapshot(JSON.parse(json) as StoredSnapshot);
}

/** `known`: fields that are stored elsewhere. They are left out, and must be passed to `toSnapshot` as well. */
export function toStoredSnapshot(
  { discovery, images, registries, ...rest }: Snapshot,
  known: Known = NOTHING_SEEN,
): StoredSnapshot {
  const isKnown = registries === known.registries || registries.length + known.registries.length === 0;
  const sums = sumOf(registries);
  return {
    ...withoutDefaults(rest, { ...NOTHING_SEEN, ...known }),
    ...(!isSame(discovery, sums.discovery) && { discovery: toStoredStep(discovery) ?? {} }),
    ...(!isSame(images, sums.images) && { images: toStoredStep(images) ?? {} }),
    ...(!isKnown && { registries: registries.map(toStoredRegistry) }),
  };
}

export function toSnapshot(
  { discovery, images, registries, ...rest }: StoredSnapshot,
  known: Known = NOTHING_SEEN,
): Snapshot {
  const all = registries?.map(toRegistry) ?? known.registries;
  const sums = sumOf(all);
  return {
    ...NOTHING_SEEN,
    ...known,
    ...rest,
    discovery: discovery === undefined ? sums.discovery : toStep(discovery),
    images: images === undefined ? sums.images : toStep(images),
    registries: all,
  };
}

type Known = Partial<Snapshot> & Pick<Snapshot, 'registries'>;

export function toStoredRegistry({ discovery, images, ...rest }: RegistryProgress): StoredRegistry {
  return { ...rest, discovery: toStoredStep(discovery), images: toStoredStep(images) };
}

export function toRegistry({ discovery, images, ...rest }: StoredRegistry): RegistryProgress {
  return { ...rest, discovery: toStep(discovery), images: toStep(images) };
}

type Steps<Step> = Readonly<Record<'discovery' | 'images', Step>>;

function sumOf(registries: readonly RegistryProgress[]): Steps<StepProgress> {
  return {
    discovery: sumSteps(registries.map((registry) => registry.discovery)),
    images: sumSteps(registries.map((registry) => registry.images)),
  };
}

function isSame(left: StepProgress, right: StepProgress): boolean {
  return left === right || withoutDefaults(left, right) === undefined;
}

function toStoredStep(step: StepProgress): StoredStep | undefined {
  return withoutDefaults(step, NO_STEP);
}

function toStep(step: StoredStep | undefined): StepProgress {
  return { ...NO_STEP, ...step };
}

/** Undefined where every field has its default: JSON leaves undefined out. */
export function withoutDefaults<T extends object>(value: T, defaults: Partial<T>): Partial<T> | undefined {
  const left: Partial<T> = {};
  let isEmpty = true;
  for (const key in value) {
    if (value[key] === defaults[key]) continue;
    left[key] = value[key];
    isEmpty = false;
  }
  return isEmpty ? undefined : left;
}
