import { openFile } from '../../support/sqlite-databases.ts';
import { storeSuite } from '../../store/store-suite.ts';

storeSuite('SQLite on a file', openFile);
