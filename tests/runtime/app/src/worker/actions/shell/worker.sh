if [ "$rendition_does" = throw ]; then
  echo '{"reason": "SourceUnsupported", "message": "not by this script"}' > "$errorfile"
  exit 1
fi
wc -c < "$source" | tr -d ' ' > "$rendition"
