"""A signed call as a command to paste into a shell."""

from .signature import METHOD, SCHEME, VERSION, SignatureMethod


def shell_command(url: str, access_key: str, secret_key: str, path: str, body: str) -> str:
    """The call of ``path`` at ``url`` with curl and openssl; ``body`` is JSON without a single quote."""
    content_type = "application/json; charset=utf-8"
    method = SignatureMethod.HMAC_SHA256
    to_sign = rf"POST\n\n{content_type}\nx-iijapi-expire:%s\n{METHOD}:{method}\n{VERSION}:2\n{path}"
    return f"""\
ACCESS_KEY='{access_key}'
SECRET_KEY='{secret_key}'
EXPIRE=$(date -u -d '+1 hour' +%Y-%m-%dT%H:%M:%SZ)
SIGNATURE=$(printf '{to_sign}' "$EXPIRE" | openssl dgst -sha256 -hmac "$SECRET_KEY" -binary | base64)
curl -s '{url}{path}' \\
  -H 'Content-Type: {content_type}' \\
  -H "x-iijapi-Expire: $EXPIRE" -H 'x-iijapi-SignatureMethod: {method}' -H 'x-iijapi-SignatureVersion: 2' \\
  -H "Authorization: {SCHEME} $ACCESS_KEY:$SIGNATURE" \\
  -d '{body}'"""
