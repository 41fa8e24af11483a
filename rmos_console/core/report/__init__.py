"""What leaves the store to be read elsewhere: reports as PDF, HTML, CSV and JSON, and QR codes."""
