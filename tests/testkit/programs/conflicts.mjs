// A program that has nothing of ours: it signs by itself, and meets a conflict, a lost answer and a rate limit.
import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { strict as assert } from "node:assert";

const { control, environment: env } = JSON.parse(await readFile(process.argv[2], "utf8"));

async function arrange(path, given = {}) {
  const answer = await fetch(`${control}/${path}`, { method: "POST", body: JSON.stringify(given) });
  const told = await answer.json();
  assert.equal(answer.status, 200, told.error);
  return told;
}

async function call(action, given) {
  const path = `/r/20221221/${action}.json`;
  const signed = {
    "x-iijapi-expire": new Date(Date.now() + 600_000).toISOString().replace(/\.\d+Z/, "Z"),
    "x-iijapi-signaturemethod": "HmacSHA256",
    "x-iijapi-signatureversion": "2",
  };
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}`);
  const text = ["POST", "", "application/json", ...lines, path].join("\n");
  const signature = createHmac("sha256", env.UNYO_SECRET_KEY).update(text).digest("base64");
  const answer = await fetch(env.UNYO_ENDPOINT + path, {
    method: "POST",
    headers: {
      ...signed,
      "content-type": "application/json",
      authorization: `IIJAPI ${env.UNYO_ACCESS_KEY}:${signature}`,
    },
    body: JSON.stringify({ ServiceCode: env.UNYO_SERVICE_CODE, MasterID: env.UNYO_MASTER_ID, ...given }),
  });
  const [[name, inside]] = Object.entries(await answer.json());
  return { status: answer.status, error: name === "ErrorResponse" ? inside.ErrorType : "", retry: answer.headers.get("retry-after"), ...inside };
}

const { ticket_id: TicketId } = await arrange("tickets", { fields: { state: "対応中" } });

async function update(changes) {
  const { RequestId, AssignUser, MasterTicketId, status, error, retry, ...read } = await call("GetTicketDetail", { TicketId });
  const filled = Object.entries(read).filter(([name, value]) => value !== "" || name.endsWith("Date"));
  const body = { ...Object.fromEntries(filled), CorrespondProcessList: [], ...changes };
  for (const name of ["CorrespondStartDate", "CorrespondFinishDate", "FaultRecoveryDate"]) delete body[name];
  return call("UpdateTicket", body);
}

await arrange("faults/someone_edits");
assert.equal((await update({ Title: "one" })).error, "EXCLUSION_FAILURE");
assert.equal((await update({ Title: "one" })).error, "");

await arrange("faults/lose_answer", { carried_out: true, on: { action: "UpdateTicket" } });
await assert.rejects(update({ Title: "two" }), TypeError);
assert.equal((await call("GetTicketDetail", { TicketId })).Title, "two");

await arrange("faults/rate_limit", { retry_after: 3 });
const refused = await call("GetTicketDetail", { TicketId });
assert.deepEqual([refused.status, refused.error, refused.retry], [429, "TOO_MANY_REQUESTS", "3"]);

await arrange("journal/assert_called", { action: "UpdateTicket", times: 3 });
console.log("all met");
