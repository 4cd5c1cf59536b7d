"""Keeps the contract of docs/webhooks.md. WEBHOOK_SECRET=whsec_… python3 receiver.py"""
import base64, hmac, json, os, sqlite3, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEYS = [base64.b64decode(secret[6:]) for secret in os.environ["WEBHOOK_SECRET"].split(" ")]
if min(map(len, KEYS)) < 24: raise SystemExit("WEBHOOK_SECRET must be whsec_…")
DB = sqlite3.connect(os.environ.get("DATA", "numbers.sqlite"), check_same_thread=False)
LOCK = threading.Lock()
# No row is ever removed, so each new one gets the next number; on disk before it is answered.
DB.execute("CREATE TABLE IF NOT EXISTS slips (number INTEGER PRIMARY KEY, id UNIQUE, cancelled)")
CANCEL = "UPDATE slips SET cancelled = 1 WHERE id = ?"
FIND = "SELECT printf('A-%03d', number), cancelled FROM slips WHERE id = ?"
REFUSED = {"status": "refused", "text": {"ko": "취소된 접수입니다", "en": "This was cancelled"}}

class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):  # where this raises, the connection closes and the gate tries again
        status, answer = self.answer()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def answer(self):
        body = self.rfile.read(max(0, min(int(self.headers.get("content-length", 0)), 65537)))
        if len(body) > 65536: return 413, {}
        id, at, given = (self.headers.get("webhook-" + x, "") for x in ("id", "timestamp", "signature"))
        right = [base64.b64encode(hmac.digest(key, f"{id}.{at}.".encode() + body, "sha256")) for key in KEYS]
        genuine = any(hmac.compare_digest(s.encode(), b"v1," + r) for s in given.split(" ") for r in right)
        if not genuine or abs(time.time() - int(at)) > 300: return 401, {}
        try: event = json.loads(body)
        except ValueError: return 400, {}
        if event["type"] not in ("hand_off.requested", "hand_off.cancelled"): return 200, {}
        with LOCK, DB:  # one transaction
            DB.execute("INSERT OR IGNORE INTO slips (id) VALUES (?)", [event["data"]["id"]])
            if event["type"] == "hand_off.cancelled": DB.execute(CANCEL, [event["data"]["id"]])
            number, cancelled = DB.execute(FIND, [event["data"]["id"]]).fetchone()
        return 200, REFUSED if cancelled else {"status": "accepted", "number": number}

ThreadingHTTPServer.request_queue_size = 64  # by itself it lets five wait
ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", 3000))), Receiver).serve_forever()
