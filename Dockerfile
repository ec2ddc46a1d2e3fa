# One image for all five servers; docker-compose.yml says which one a container runs.

# The full image has a compiler, which the locked peewee needs: it comes as source only.
FROM python:3.12 AS build
RUN python -m venv /opt/qna
COPY requirements.lock /build/
RUN /opt/qna/bin/pip install --no-cache-dir --require-hashes --requirement /build/requirements.lock
COPY . /build/
RUN /opt/qna/bin/pip install --no-cache-dir --no-deps /build

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 qna && install --directory --owner=qna /data
COPY --from=build /opt/qna /opt/qna
ENV PATH=/opt/qna/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    QNA_DATA_DIR=/data
USER qna
WORKDIR /home/qna
VOLUME /data
CMD ["qna", "up"]
