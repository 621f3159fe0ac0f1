"""S3 on this machine: moto's server, which checks signatures."""

from __future__ import annotations

import json
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"
NO_MACHINE_KEYS = {
  # Neither a developer's files nor a cloud's metadata service.
  "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
  "AWS_EC2_METADATA_DISABLED": "true",
}
_EVERYTHING = json.dumps(
  {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
)


@dataclass(frozen=True)
class Key:
  identifier: str
  secret: str
  session_token: str | None = None

  def environment(self) -> dict[str, str]:
    """As Amazon's tools read it."""
    variables = {"AWS_ACCESS_KEY_ID": self.identifier, "AWS_SECRET_ACCESS_KEY": self.secret}
    if self.session_token:
      variables["AWS_SESSION_TOKEN"] = self.session_token
    return variables


  def as_file(self) -> str:
    """As Amazon's tools keep it."""
    return (
      f"[default]\naws_access_key_id = {self.identifier}\n"
      f"aws_secret_access_key = {self.secret}\n"
    )


class S3:
  """A context manager; `key` is a user's, `temporary_key` a role's with a session token."""

  def __enter__(self) -> S3:
    self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    self.server.start()
    host, port = self.server.get_host_and_port()
    self.endpoint = f"{host}:{port}"
    self._ask("reset", b"")
    self._check_signatures_after("inf")
    identities = self.client("iam")
    identities.create_user(UserName="lake")
    identities.put_user_policy(UserName="lake", PolicyName="all", PolicyDocument=_EVERYTHING)
    self.key = self.make_key()
    role = identities.create_role(RoleName="lake", AssumeRolePolicyDocument=_EVERYTHING)["Role"]
    identities.put_role_policy(RoleName="lake", PolicyName="all", PolicyDocument=_EVERYTHING)
    assumed = self.client("sts").assume_role(RoleArn=role["Arn"], RoleSessionName="lake")
    given = assumed["Credentials"]
    self.temporary_key = Key(
      given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"]
    )
    self._check_signatures_after("0")
    return self

  def __exit__(self, *_) -> None:
    self.server.stop()

  def client(self, service: str):
    key = getattr(self, "key", Key("unchecked", "unchecked"))
    return boto3.client(
      service, region_name=REGION, endpoint_url=f"http://{self.endpoint}",
      aws_access_key_id=key.identifier, aws_secret_access_key=key.secret,
    )

  def make_key(self) -> Key:
    """One more of the same user's keys."""
    made = self.client("iam").create_access_key(UserName="lake")["AccessKey"]
    return Key(made["AccessKeyId"], made["SecretAccessKey"])

  def remove_key(self, key: Key) -> None:
    self.client("iam").delete_access_key(UserName="lake", AccessKeyId=key.identifier)

  def make_bucket(self, name: str) -> None:
    self.client("s3").create_bucket(
      Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}
    )

  def names(self, bucket: str) -> list[str]:
    pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

  @contextmanager
  def unchecked(self):
    """Overlooks signatures: moto makes wrong ones of a listing whose prefix holds a slash."""
    self._check_signatures_after("inf")
    yield
    self._check_signatures_after("0")

  def _check_signatures_after(self, request_count: str) -> None:
    self._ask("reset-auth", request_count.encode())

  def _ask(self, path: str, body: bytes) -> None:
    request = urllib.request.Request(
      f"http://{self.endpoint}/moto-api/{path}", data=body, method="POST",
      headers={"Content-Type": "text/plain"},
    )
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()
