"""A board that syncs as the old Python client does: one session of aiohttp, one connection that is kept and used again,
files handed over as open files in the order in which the folder lists them. Prints one line of JSON for each sync."""
import argparse
import asyncio
import json
import os

import aiohttp


async def upload(session, base, league, path, name, expect):
    with open(path, "rb") as file:
        async with session.put(f"{base}/leagues/{league}/packets/{name}", data=file, expect100=expect or None,
                               headers={"Content-Type": "application/octet-stream"}) as answer:
            # The old client looks at the status alone and lets the body go
            return answer.status


async def sync(session, board, args):
    seen = {"uploads": [], "downloads": [], "errors": [], "fresh_tokens": 0, "nodelist": 0, "again": 0, "head": 0}
    base = args.url + "/service/api/v1"

    async def sign_in():
        form = {"grant_type": "client_credentials", "client_id": args.id, "client_secret": args.secret}
        async with session.post(f"{base}/auth/token", data=form) as answer:
            seen["token"] = answer.status
            if answer.status != 200:
                seen["detail"] = (await answer.json(content_type=None))["detail"]
                return False
            board["token"] = (await answer.json())["access_token"]
            session.headers["Authorization"] = f"Bearer {board['token']}"
            seen["fresh_tokens"] += 1
            return True

    async def step(what, work):
        try:
            return await work
        except (aiohttp.ClientError, asyncio.TimeoutError) as failure:
            seen["errors"].append(f"{what}: {type(failure).__name__} {failure}")
            return None

    if "token" not in board and not await step("token", sign_in()):
        return seen

    for name in os.listdir(args.outbound):
        path = os.path.join(args.outbound, name)
        status = await step(name, upload(session, base, args.league, path, name, args.expect))
        if status == 401:
            await step("token", sign_in())
            status = await step(name, upload(session, base, args.league, path, name, args.expect))
        seen["uploads"].append([name, status])
        if status == 200:
            os.remove(path)

    async def unread():
        async with session.get(f"{base}/leagues/{args.league}/packets", params={"unread": "true"}) as answer:
            return [p["filename"] for p in (await answer.json())["packets"]] if answer.status == 200 else [f"status {answer.status}"]

    async def download(name):
        async with session.get(f"{base}/leagues/{args.league}/packets/{name}") as answer:
            body = await answer.read()
            if answer.status == 200:
                with open(os.path.join(args.inbound, name), "wb") as file:
                    file.write(body)
            return answer.status

    async def break_off(name):
        async with session.get(f"{base}/leagues/{args.league}/packets/{name}") as answer:
            await answer.content.readexactly(20000)
            answer.close()

    for name in await step("list", unread()) or []:
        if args.break_off and name not in board.setdefault("broken", set()):
            board["broken"].add(name)
            await step(f"break {name}", break_off(name))
        else:
            seen["downloads"].append([name, await step(name, download(name))])

    async def nodelist(etag):
        headers = {"If-None-Match": etag} if etag else {}
        async with session.get(f"{base}/leagues/{args.league}/nodelist", headers=headers) as answer:
            await answer.read()
            return answer.status, answer.headers.get("ETag")

    async def head():
        async with session.head(f"{base}/leagues/{args.league}/nodelist") as answer:
            return answer.status

    seen["nodelist"], etag = await step("nodelist", nodelist(None)) or (0, None)
    seen["again"], _ = await step("nodelist again", nodelist(etag)) or (0, None)
    seen["head"] = await step("head", head())
    return seen


async def main():
    parser = argparse.ArgumentParser()
    for name in ["url", "id", "secret", "league", "outbound", "inbound"]:
        parser.add_argument(name)
    parser.add_argument("--syncs", type=int, default=1)
    parser.add_argument("--token")
    parser.add_argument("--expect", action="store_true")
    parser.add_argument("--break-off", action="store_true")
    args = parser.parse_args()
    board = {"token": args.token} if args.token else {}
    # One connection: whatever an answer leaves behind on it meets the next request
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1), timeout=aiohttp.ClientTimeout(total=30)) as session:
        if args.token:
            session.headers["Authorization"] = f"Bearer {args.token}"
        for _ in range(args.syncs):
            print(json.dumps(await sync(session, board, args)), flush=True)


asyncio.run(main())
