/** Setup file of the fast tier: properties try the same inputs on every machine, and others where a seed is named. */

import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env['PROPERTY_SEED'] ?? 1) });
