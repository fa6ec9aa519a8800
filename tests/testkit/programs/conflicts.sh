# A program of curl, openssl and jq alone: it meets a conflict, a lost answer and a rate limit.
set -euo pipefail
control=$(jq -r .control "$1")
value() { jq -r --arg name "$1" '.environment[$name]' "$ready"; }
ready=$1

arrange() { curl -sS --fail-with-body -d "${2:-{\}}" "$control/$1"; }

call() {
  local path="/r/20221221/$1.json" type="application/json" expires signature
  expires=$(date -u -d '+10 minutes' +%Y-%m-%dT%H:%M:%SZ)
  signature=$(printf 'POST\n\n%s\nx-iijapi-expire:%s\nx-iijapi-signaturemethod:HmacSHA256\nx-iijapi-signatureversion:2\n%s' \
    "$type" "$expires" "$path" | openssl dgst -sha256 -hmac "$(value UNYO_SECRET_KEY)" -binary | base64)
  curl -sS "$(value UNYO_ENDPOINT)$path" -H "Content-Type: $type" -H "x-iijapi-Expire: $expires" \
    -H "x-iijapi-SignatureMethod: HmacSHA256" -H "x-iijapi-SignatureVersion: 2" \
    -H "Authorization: IIJAPI $(value UNYO_ACCESS_KEY):$signature" \
    -d "$(jq -n --argjson given "$2" --arg service "$(value UNYO_SERVICE_CODE)" --arg id "$(value UNYO_MASTER_ID)" \
      '{ServiceCode: $service, MasterID: $id} + $given')"
}

ticket=$(arrange tickets | jq -r .ticket_id)
asked="{\"TicketId\": \"$ticket\"}"

update() {
  call UpdateTicket "$(call GetTicketDetail "$asked" | jq --arg title "$1" '.GetTicketDetailResponse
    | del(.RequestId, .AssignUser, .MasterTicketId)
    | with_entries(select(.value != "" or (.key | test("(Insert|Update)Date$"))))
    | .CorrespondProcessList = [] | .Title = $title')"
}

arrange faults/someone_edits > /dev/null
update one | grep -q EXCLUSION_FAILURE
update one | grep -q UpdateTicketResponse

arrange faults/lose_answer '{"carried_out": true, "on": {"action": "UpdateTicket"}}' > /dev/null
if update two 2> /dev/null; then exit 1; fi
[ "$(call GetTicketDetail "$asked" | jq -r .GetTicketDetailResponse.Title)" = two ]

arrange faults/rate_limit > /dev/null
call GetTicketDetail "$asked" | grep -q TOO_MANY_REQUESTS
arrange journal/assert_called '{"action": "UpdateTicket", "times": 3}' > /dev/null
echo all met
