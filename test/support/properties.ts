/** Setup file of the fast tier: properties try the same inputs on every machine, and others where a seed is named. */

import { configureGlobal } from 'fast-check';

const seed = Number(process.env['PROPERTY_SEED'] ?? 1);
if (!Number.isInteger(seed)) throw new Error('PROPERTY_SEED must be a whole number');
configureGlobal({ seed });
