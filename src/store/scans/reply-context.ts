/** What a reply about a scan needs to know of its conversation, in one statement. */

import * as z from 'zod';
import type { Diagnosis, Report } from '../../scan/results/report.ts';
import { type Target, targetId } from '../../scan/target.ts';
import type { Conversation } from '../../scan/watch.ts';
import type { Database } from '../database.ts';
import { diagnosisIn, parseReportBody, reportId, withoutDiagnosis } from '../reports.ts';
import { sql } from '../sql.ts';
import { numberOf } from '../targets.ts';

export interface ReplyContext {
  readonly isWatched: boolean;
  /** `ts` of the live message or board that shows the target there; null before it is posted. */
  readonly messageTs: string | null;
  /** null where it is not known. */
  readonly report: Report | null;
  /** It was requested from the Console, and may still come. */
  readonly isReportPending: boolean;
  /** Why the scan stalls, where it did and the Console said; null if unknown. */
  readonly diagnosis: Diagnosis | null;
}

export async function readReplyContext(
  database: Database,
  {
    target,
    scan,
    conversation,
  }: { readonly target: Target; readonly scan: number; readonly conversation: Conversation },
): Promise<ReplyContext> {
  const id = targetId(target);
  const [row] = await database.query(
    sql`select w.id, m.ts as message_ts, r.body, r.due_at, s.body as stall_body
      from (select 1 as one) one
      left join watches w on w.target_number = ${numberOf(id)} and w.channel = ${conversation.channel}
        and w.state = 'active' and w.message_id is not null and (w.thread = ${conversation.thread}
          or exists (select 1 from messages above where above.id = w.message_id and above.ts = ${conversation.thread}))
      left join messages m on m.id = w.message_id
      left join reports r on r.id = ${reportId(id, { scan, topic: 'end' })}
      left join reports s on s.id = ${reportId(id, { scan, topic: 'stall' })}`,
  );
  const {
    id: watchId,
    message_ts: messageTs,
    body,
    due_at: dueAt,
    stall_body: stallBody,
  } = replyContextRow.parse(row);
  return {
    isWatched: watchId !== null,
    messageTs,
    report: withoutDiagnosis(parseReportBody(body)),
    isReportPending: dueAt !== null,
    diagnosis: diagnosisIn(parseReportBody(stallBody)),
  };
}

const replyContextRow = z.object({
  id: z.string().nullable(),
  message_ts: z.string().nullable(),
  body: z.string().nullable(),
  stall_body: z.string().nullable(),
  due_at: z.coerce.number().nullable(),
});
