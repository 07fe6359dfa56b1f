"""What goes over the wire to an ERP or a budget source: permitted addresses, throttle, requests, replies, redaction."""
