#!/bin/bash
# The vendor's documented way, with bash, openssl and curl alone: the string to sign goes into a file, openssl signs it, curl posts.
#
#   post.sh ACTION BODY-FILE [more options of curl ...]
#
# Prints the answer, and the HTTP status in a last line. Settings are variables; IIJAPI_EXPIRE may be given, as the manual does.
set -euo pipefail
action=$1 body=$2
shift 2
type=${CONTENT_TYPE-application/json}
method=${SIGNATURE_METHOD-HmacSHA256}
expire=${IIJAPI_EXPIRE-$(date -u -d '1 hours' +'%Y-%m-%dT%H:%M:%SZ')}
path=/r/20221221/$action.json

md5=
if [ -n "${WITH_MD5-}" ]; then
  md5=$(openssl dgst -md5 -binary "$body" | base64)
fi

string_to_sign=$(mktemp)
trap 'rm -f "$string_to_sign"' EXIT
{
  echo POST
  echo "$md5"
  echo "$type"
  echo "x-iijapi-expire:$expire"
  echo "x-iijapi-signaturemethod:$method"
  echo "x-iijapi-signatureversion:2"
  echo -n "$path"
} > "$string_to_sign"
digest=${method#Hmac}
signature=$(openssl dgst "-${digest,,}" -binary -hmac "$IIJAPI_SECRET_KEY" "$string_to_sign" | base64)

# Libraries spell header names their own way: Node in lower case, Go and Java with other capitals.
header() {
  case ${SPELLING-} in
    lower) echo "${1,,}:$2" ;;
    upper) echo "${1^^}:$2" ;;
    *) echo "$1:$2" ;;
  esac
}
curl -sS -X POST "$IIJAPI_ENDPOINT$path" --data-binary "@$body" -w '\n%{http_code}' \
  -H "$(header Content-Type "$type")" ${md5:+-H "$(header Content-MD5 "$md5")"} \
  -H "$(header x-iijapi-Expire "$expire")" -H "$(header x-iijapi-SignatureMethod "$method")" \
  -H "$(header x-iijapi-SignatureVersion 2)" -H "$(header Authorization "IIJAPI $IIJAPI_ACCESS_KEY:$signature")" "$@"
