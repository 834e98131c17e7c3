#!/nonexistent/interpreter
echo unreachable
