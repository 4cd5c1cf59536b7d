# The first step of the system that QRGate re-creates, on the stack that it names: FastAPI under uvicorn, PyJWT.
# Measured for what such a step costs there; nothing else of it is here.
import os
import uuid
from datetime import datetime, timedelta, timezone

import jwt
import uvicorn
from fastapi import FastAPI

app = FastAPI()
key = "a secret key that only this benchmark uses and nobody else"


@app.get("/healthz")
def healthz():
    return {"success": True}


@app.get("/api/qr/start")
async def start():
    expires = datetime.now(timezone.utc) + timedelta(minutes=5)
    token = jwt.encode({"uuid": str(uuid.uuid4()), "exp": expires}, key, algorithm="HS256")
    return {"token": token, "success": True}


uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning", access_log=False)
