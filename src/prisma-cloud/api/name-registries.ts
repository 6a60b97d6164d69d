/** A finished registry comes without its title, which names it: if the settings leave only one name, it is that. */

import type { Observation, RegistryProgress } from '../../scan/snapshot.ts';
import type { KnownSpecifications } from './scope.ts';
import { toRegistryName } from './registry-names.ts';

type Name = (observation: Observation) => Observation;

/** Reads the settings only where a name is missing. */
export function nameRegistries(known: KnownSpecifications): Name {
  return (observation) => {
    if (observation.kind !== 'progress') return observation;
    const { registries } = observation;
    const isMissing = registries.length > 1 && registries.filter(({ host }) => host === '').length === 1;
    const host = isMissing
      ? leftOver(
          registries,
          known().map(({ registry }) => registry),
        )
      : null;
    if (host === null) return observation;
    return {
      ...observation,
      registries: registries.map((registry) => (registry.host === '' ? { ...registry, host } : registry)),
    };
  };
}

/** null where several are possible: a registry may also have several specifications. */
function leftOver(registries: readonly RegistryProgress[], specified: readonly string[]): string | null {
  const hosts = specified.map((spelled) => toRegistryName(spelled) || HUB);
  if (new Set(hosts).size < hosts.length) return null;
  const named = registries.filter(({ host }) => host !== '').map(({ host }) => toRegistryName(host) || HUB);
  const [left, ...others] = hosts.filter((host) => !named.includes(host));
  return left === undefined || others.length > 0 ? null : left;
}

const HUB = 'docker.io';
