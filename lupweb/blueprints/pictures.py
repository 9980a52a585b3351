"""Pictures of people. Whoever may not see the person does not get the picture."""

from io import BytesIO

from flask import Blueprint, request, send_file
from flask.typing import ResponseReturnValue
from werkzeug.utils import secure_filename

from lupweb.profiles.pictures import get_picture
from lupweb.web.access import viewer

USUAL_SIZE = 96
FOR_A_DAY = "private, max-age=86400, immutable"
ASK_AGAIN = "private, no-cache"

bp = Blueprint("pictures", __name__, url_prefix="/people")


@bp.get("/<handle>/picture")
def show(handle: str) -> ResponseReturnValue:
    """Send a picture. An address that names its hash (`v`) never changes what it stands for."""
    size = request.args.get("size", USUAL_SIZE, type=int)
    version = request.args.get("v", "")
    picture = get_picture(viewer(), handle, size, version)
    answer = send_file(
        BytesIO(picture.content),
        mimetype="image/jpeg",
        download_name=f"{secure_filename(picture.login) or 'picture'}.jpg",
        etag=f"{picture.hash}-{picture.size}",
    )
    is_this_picture = version == picture.hash
    answer.headers["Cache-Control"] = FOR_A_DAY if is_this_picture else ASK_AGAIN
    return answer
